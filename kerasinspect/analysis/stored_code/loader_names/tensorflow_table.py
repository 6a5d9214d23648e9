"""Public names of TensorFlow that compute.

Written by ``python -m tests.loader_names``, which says how each name was judged; not to be edited.
"""

GENERATION = 1
VERSIONS = {"keras": "3.15.1", "tf-keras": "2.21.0", "tensorflow": "2.21.0"}

NAMES: dict[str, dict[str, str]] = {
    "arrays": {
        "": """
            argsort as_dtype batch_to_space bitcast boolean_mask broadcast_dynamic_shape broadcast_static_shape
            broadcast_to concat constant convert_to_tensor dynamic_partition dynamic_stitch edit_distance
            expand_dims extract_volume_patches fill fingerprint gather gather_nd get_static_value guarantee_const
            identity identity_n is_tensor meshgrid one_hot ones ones_like pad parallel_stack ragged_fill_empty_rows
            ragged_fill_empty_rows_grad rank repeat required_space_to_batch_paddings reshape reverse
            reverse_sequence roll scatter_nd searchsorted sequence_mask shape shape_n size slice sort space_to_batch
            space_to_batch_nd split squeeze stack stop_gradient strided_slice tensor_scatter_nd_add
            tensor_scatter_nd_max tensor_scatter_nd_min tensor_scatter_nd_sub tensor_scatter_nd_update tile
            transpose unique unique_with_counts unravel_index unstack where zeros zeros_like
        """,
        "__operators__": """
            getitem ragged_getitem
        """,
        "compat.v1": """
            batch_gather batch_to_space_nd check_numerics convert_to_tensor_or_sparse_tensor depth_to_space
            dequantize deserialize_many_sparse diag diag_part extract_image_patches fake_quant_with_min_max_args
            fake_quant_with_min_max_args_gradient fake_quant_with_min_max_vars fake_quant_with_min_max_vars_gradient
            fake_quant_with_min_max_vars_per_channel fake_quant_with_min_max_vars_per_channel_gradient
            invert_permutation matrix_band_part matrix_diag matrix_diag_part matrix_set_diag matrix_transpose
            quantize quantize_v2 quantized_concat reverse_v2 serialize_many_sparse serialize_sparse setdiff1d
            space_to_depth sparse_add sparse_concat sparse_fill_empty_rows sparse_mask sparse_maximum sparse_merge
            sparse_minimum sparse_reduce_max sparse_reduce_max_sparse sparse_reduce_sum sparse_reduce_sum_sparse
            sparse_reorder sparse_reset_shape sparse_reshape sparse_retain sparse_slice sparse_softmax sparse_split
            sparse_tensor_dense_matmul sparse_tensor_to_dense sparse_to_dense sparse_to_indicator sparse_transpose
            tensor_scatter_add tensor_scatter_sub tensor_scatter_update where_v2
        """,
        "compat.v1.image": """
            extract_image_patches
        """,
        "compat.v1.linalg": """
            transpose
        """,
        "compat.v1.manip": """
            batch_to_space_nd gather_nd reshape reverse roll scatter_nd space_to_batch_nd tile
        """,
        "compat.v1.ragged": """
            constant_value
        """,
        "compat.v1.sets": """
            set_difference set_intersection set_size set_union
        """,
        "compat.v1.sparse": """
            matmul merge reduce_max_sparse reduce_sum_sparse
        """,
        "debugging": """
            check_numerics
        """,
        "dtypes": """
            as_dtype
        """,
        "experimental.numpy": """
            all amax amin any arange around array asanyarray asarray ascontiguousarray atleast_1d atleast_2d
            atleast_3d broadcast_arrays broadcast_to compress copy cumprod cumsum diag diag_indices diagflat
            diagonal dsplit dstack empty empty_like expand_dims eye finfo flatten flip fliplr flipud full full_like
            hsplit hstack identity imag isscalar ix_ max mean min moveaxis ndim nonzero ones ones_like pad prod
            promote_types ravel real repeat reshape result_type roll rot90 round select shape sign size split
            squeeze stack std sum swapaxes take take_along_axis transpose tri tril triu vander var vsplit vstack
            where zeros zeros_like
        """,
        "image": """
            extract_patches
        """,
        "io": """
            deserialize_many_sparse serialize_many_sparse serialize_sparse
        """,
        "linalg": """
            band_part diag diag_part matrix_transpose set_diag tensor_diag tensor_diag_part
        """,
        "math": """
            invert_permutation
        """,
        "nn": """
            depth_to_space space_to_batch space_to_depth
        """,
        "quantization": """
            dequantize fake_quant_with_min_max_args fake_quant_with_min_max_args_gradient
            fake_quant_with_min_max_vars fake_quant_with_min_max_vars_gradient
            fake_quant_with_min_max_vars_per_channel fake_quant_with_min_max_vars_per_channel_gradient quantize
            quantize_and_dequantize quantize_and_dequantize_v2 quantized_concat
        """,
        "ragged": """
            boolean_mask constant cross cross_hashed map_flat_values range row_splits_to_segment_ids
            segment_ids_to_row_splits stack stack_dynamic_partitions
        """,
        "sets": """
            difference intersection size union
        """,
        "sparse": """
            add bincount concat cross cross_hashed expand_dims eye fill_empty_rows from_dense map_values mask
            maximum minimum reduce_max reduce_sum reorder reset_shape reshape retain slice softmax
            sparse_dense_matmul split to_dense to_indicator transpose
        """,
    },
    "gradients": {
        "": """
            gradients group hessians no_op tuple
        """,
    },
    "mathematics": {
        "": """
            Assert abs acos acosh add add_n argmax argmin asin asinh assert_equal assert_greater assert_less
            assert_rank atan atan2 atanh cast clip_by_global_norm clip_by_norm clip_by_value complex cos cosh cumsum
            divide eig eigvals einsum ensure_shape equal exp eye floor greater greater_equal histogram_fixed_width
            histogram_fixed_width_bins less less_equal linspace logical_and logical_not logical_or matmul
            matrix_square_root maximum minimum multiply negative norm not_equal pow range realdiv reduce_all
            reduce_any reduce_logsumexp reduce_max reduce_mean reduce_min reduce_prod reduce_sum round saturate_cast
            scalar_mul sigmoid sign sin sinh sqrt square subtract tan tanh tensordot truediv truncatediv truncatemod
        """,
        "__internal__.ops": """
            broadcast_weights
        """,
        "__operators__": """
            add eq ne
        """,
        "bitwise": """
            bitwise_and bitwise_or bitwise_xor invert left_shift right_shift
        """,
        "compat.v1": """
            accumulate_n angle arg_max arg_min assert_greater_equal assert_integer assert_less_equal assert_near
            assert_negative assert_non_negative assert_non_positive assert_none_equal assert_positive
            assert_proper_iterable assert_rank_at_least assert_rank_in assert_same_float_dtype assert_scalar
            assert_type betainc bincount ceil cholesky cholesky_solve clip_by_average_norm confusion_matrix conj
            count_nonzero cross cumprod digamma div div_no_nan erf erfc expm1 floor_div floordiv floormod
            global_norm igamma igammac imag is_finite is_inf is_nan is_non_decreasing is_numeric_tensor
            is_strictly_increasing lbeta lgamma lin_space log log1p log_sigmoid logical_xor matrix_determinant
            matrix_inverse matrix_solve matrix_solve_ls matrix_triangular_solve mod polygamma qr real reciprocal
            rint rsqrt segment_max segment_mean segment_min segment_prod segment_sum self_adjoint_eig
            self_adjoint_eigvals sparse_matmul sparse_segment_mean sparse_segment_sqrt_n sparse_segment_sum
            squared_difference svd to_bfloat16 to_complex128 to_complex64 to_double to_float to_int32 to_int64 trace
            unsorted_segment_max unsorted_segment_mean unsorted_segment_min unsorted_segment_prod
            unsorted_segment_sqrt_n unsorted_segment_sum verify_tensor_all_finite zeta
        """,
        "compat.v1.debugging": """
            is_finite is_inf is_nan is_non_decreasing is_strictly_increasing
        """,
        "compat.v1.nn": """
            avg_pool_v2 conv2d_backprop_filter conv2d_backprop_input depthwise_conv2d_native
            depthwise_conv2d_native_backprop_filter depthwise_conv2d_native_backprop_input max_pool_v2
            softmax_cross_entropy_with_logits_v2 xw_plus_b
        """,
        "debugging": """
            Assert assert_all_finite assert_equal assert_greater assert_greater_equal assert_integer assert_less
            assert_less_equal assert_near assert_negative assert_non_negative assert_non_positive assert_none_equal
            assert_positive assert_proper_iterable assert_rank assert_rank_at_least assert_rank_in
            assert_same_float_dtype assert_scalar assert_shapes assert_type is_numeric_tensor
        """,
        "dtypes": """
            cast complex saturate_cast
        """,
        "experimental.numpy": """
            abs absolute add allclose angle append arccos arccosh arcsin arcsinh arctan arctan2 arctanh argmax
            argmin argsort array_equal average bitwise_and bitwise_not bitwise_or bitwise_xor cbrt ceil clip
            concatenate conj conjugate cos cosh count_nonzero cross deg2rad diff divide divmod dot einsum equal exp
            exp2 expm1 fabs fix float_power floor floor_divide gcd geomspace greater greater_equal heaviside hypot
            inner isclose iscomplex iscomplexobj isfinite isinf isnan isneginf isposinf isreal isrealobj kron lcm
            less less_equal linspace log log10 log1p log2 logaddexp logaddexp2 logical_and logical_not logical_or
            logical_xor logspace matmul maximum meshgrid minimum mod multiply nanmean nanprod nansum negative
            nextafter not_equal outer polyval positive power ptp rad2deg reciprocal remainder signbit sin sinc sinh
            sort sqrt square subtract tan tanh tensordot tile trace true_divide vdot
        """,
        "experimental.numpy.random": """
            poisson rand randint randn random standard_normal uniform
        """,
        "linalg": """
            adjoint banded_triangular_solve cholesky cholesky_solve cross det eig eigh eigh_tridiagonal eigvals
            eigvalsh einsum expm eye global_norm inv logdet logm lstsq lu lu_matrix_inverse lu_reconstruct lu_solve
            matmul matrix_rank matvec norm pinv qr slogdet solve sqrtm svd tensordot trace triangular_solve
            tridiagonal_matmul tridiagonal_solve
        """,
        "linalg.experimental": """
            conjugate_gradient
        """,
        "math": """
            abs accumulate_n acos acosh add add_n angle approx_max_k approx_min_k argmax argmin asin asinh atan
            atan2 atanh bessel_i0 bessel_i0e bessel_i1 bessel_i1e betainc bincount ceil confusion_matrix conj cos
            cosh count_nonzero cumprod cumsum cumulative_logsumexp digamma divide divide_no_nan equal erf erfc
            erfcinv erfinv exp expm1 floor floordiv floormod greater greater_equal igamma igammac imag in_top_k
            is_finite is_inf is_nan is_non_decreasing is_strictly_increasing lbeta less less_equal lgamma log log1p
            log_sigmoid log_softmax logical_and logical_not logical_or logical_xor maximum minimum mod multiply
            multiply_no_nan ndtri negative nextafter not_equal polygamma polyval pow real reciprocal
            reciprocal_no_nan reduce_all reduce_any reduce_euclidean_norm reduce_logsumexp reduce_max reduce_mean
            reduce_min reduce_prod reduce_std reduce_sum reduce_variance rint round rsqrt scalar_mul segment_max
            segment_mean segment_min segment_prod segment_sum sigmoid sign sin sinh sobol_sample softmax softplus
            sqrt square squared_difference subtract tan tanh top_k truediv unsorted_segment_max
            unsorted_segment_mean unsorted_segment_min unsorted_segment_prod unsorted_segment_sqrt_n
            unsorted_segment_sum xdivy xlog1py xlogy zeta
        """,
        "math.special": """
            bessel_i0 bessel_i0e bessel_i1 bessel_i1e bessel_j0 bessel_j1 bessel_k0 bessel_k0e bessel_k1 bessel_k1e
            bessel_y0 bessel_y1 dawsn expint fresnel_cos fresnel_sin spence
        """,
        "nn": """
            approx_max_k approx_min_k atrous_conv2d atrous_conv2d_transpose avg_pool avg_pool1d avg_pool2d
            avg_pool3d bias_add conv1d conv1d_transpose conv2d conv2d_transpose conv3d conv3d_transpose
            conv_transpose convolution crelu depthwise_conv2d_backprop_filter depthwise_conv2d_backprop_input
            dilation2d dropout erosion2d fractional_avg_pool fractional_max_pool gelu in_top_k isotonic_regression
            leaky_relu log_softmax max_pool max_pool1d max_pool2d max_pool3d max_pool_with_argmax pool relu6 sigmoid
            softmax softmax_cross_entropy_with_logits softplus sparse_softmax_cross_entropy_with_logits tanh top_k
            with_space_to_batch
        """,
        "nn.experimental": """
            general_dropout stateless_dropout
        """,
        "sparse": """
            sampled_addmm segment_mean segment_sqrt_n segment_sum
        """,
    },
    "media": {
        "": """
            fftnd ifftnd irfftnd rfftnd
        """,
        "audio": """
            decode_wav encode_wav
        """,
        "compat.v1": """
            fft fft2d fft3d ifft ifft2d ifft3d random_crop
        """,
        "compat.v1.image": """
            resize_area resize_bicubic resize_bilinear resize_image_with_crop_or_pad resize_image_with_pad
            resize_images resize_nearest_neighbor transpose_image
        """,
        "compat.v1.spectral": """
            dct fft fft2d fft3d idct ifft ifft2d ifft3d irfft irfft2d irfft3d rfft rfft2d rfft3d
        """,
        "image": """
            adjust_brightness adjust_contrast adjust_gamma adjust_hue adjust_jpeg_quality adjust_saturation
            central_crop combined_non_max_suppression convert_image_dtype crop_and_resize crop_to_bounding_box
            decode_and_crop_jpeg decode_bmp decode_gif decode_image decode_jpeg decode_jxl decode_png decode_webp
            draw_bounding_boxes encode_jpeg encode_png extract_glimpse extract_jpeg_shape flip_left_right
            flip_up_down generate_bounding_box_proposals grayscale_to_rgb hsv_to_rgb image_gradients is_jpeg
            non_max_suppression non_max_suppression_overlaps non_max_suppression_padded
            non_max_suppression_with_scores pad_to_bounding_box per_image_standardization psnr random_brightness
            random_contrast random_crop random_flip_left_right random_flip_up_down random_hue random_jpeg_quality
            random_saturation resize resize_with_crop_or_pad resize_with_pad rgb_to_grayscale rgb_to_hsv rgb_to_yiq
            rgb_to_yuv rot90 sample_distorted_bounding_box sobel_edges ssim ssim_multiscale
            stateless_random_brightness stateless_random_contrast stateless_random_crop
            stateless_random_flip_left_right stateless_random_flip_up_down stateless_random_hue
            stateless_random_jpeg_quality stateless_random_saturation stateless_sample_distorted_bounding_box
            total_variation transpose yiq_to_rgb yuv_to_rgb
        """,
        "io": """
            decode_and_crop_jpeg decode_bmp decode_gif decode_image decode_jpeg decode_jxl decode_png decode_webp
            encode_jpeg encode_png extract_jpeg_shape is_jpeg
        """,
        "signal": """
            dct fft fft2d fft3d fftnd fftshift frame hamming_window hann_window idct ifft ifft2d ifft3d ifftnd
            ifftshift inverse_mdct inverse_stft inverse_stft_window_fn irfft irfft2d irfft3d irfftnd
            kaiser_bessel_derived_window kaiser_window linear_to_mel_weight_matrix mdct
            mfccs_from_log_mel_spectrograms overlap_and_add rfft rfft2d rfft3d rfftnd stft vorbis_window
        """,
    },
    "networks": {
        "": """
            approx_top_k conv conv2d_backprop_filter_v2 conv2d_backprop_input_v2
        """,
        "compat.v1.initializers": """
            he_normal he_uniform lecun_normal lecun_uniform
        """,
        "compat.v1.losses": """
            absolute_difference compute_weighted_loss cosine_distance hinge_loss huber_loss log_loss
            mean_pairwise_squared_error mean_squared_error sigmoid_cross_entropy softmax_cross_entropy
            sparse_softmax_cross_entropy
        """,
        "compat.v1.nn": """
            conv3d_backprop_filter conv3d_backprop_filter_v2 ctc_beam_search_decoder_v2 ctc_loss_v2 fused_batch_norm
            log_uniform_candidate_sampler quantized_avg_pool quantized_conv2d quantized_max_pool quantized_relu_x
            relu_layer uniform_candidate_sampler
        """,
        "linalg": """
            l2_normalize normalize
        """,
        "math": """
            l2_normalize softsign zero_fraction
        """,
        "nn": """
            all_candidate_sampler batch_norm_with_global_normalization batch_normalization collapse_repeated
            compute_accidental_hits compute_average_loss ctc_beam_search_decoder ctc_greedy_decoder ctc_loss
            ctc_unique_labels depthwise_conv2d elu embedding_lookup embedding_lookup_sparse l2_loss l2_normalize
            learned_unigram_candidate_sampler local_response_normalization log_poisson_loss lrn moments nce_loss
            normalize_moments relu safe_embedding_lookup_sparse sampled_softmax_loss scale_regularization_loss selu
            separable_conv2d sigmoid_cross_entropy_with_logits silu softsign sufficient_statistics swish
            weighted_cross_entropy_with_logits weighted_moments zero_fraction
        """,
        "random": """
            all_candidate_sampler learned_unigram_candidate_sampler log_uniform_candidate_sampler
            uniform_candidate_sampler
        """,
    },
    "samples": {
        "": """
            random_index_shuffle
        """,
        "compat.v1": """
            multinomial random_gamma random_normal random_poisson random_shuffle random_uniform truncated_normal
        """,
        "compat.v1.random": """
            multinomial stateless_multinomial
        """,
        "random": """
            categorical create_rng_state fold_in gamma normal poisson shuffle split stateless_binomial
            stateless_categorical stateless_gamma stateless_normal stateless_parameterized_truncated_normal
            stateless_poisson stateless_truncated_normal stateless_uniform truncated_normal uniform
        """,
        "random.experimental": """
            create_rng_state index_shuffle stateless_fold_in stateless_shuffle stateless_split
        """,
    },
    "texts": {
        "": """
            as_string
        """,
        "compat.v1": """
            decode_base64 decode_compressed decode_csv decode_json_example decode_raw encode_base64 parse_example
            parse_single_example parse_single_sequence_example parse_tensor reduce_join regex_replace
            serialize_tensor string_join string_split string_strip string_to_hash_bucket string_to_hash_bucket_fast
            string_to_hash_bucket_strong string_to_number substr
        """,
        "compat.v1.dtypes": """
            as_string
        """,
        "io": """
            decode_base64 decode_compressed decode_csv decode_json_example decode_raw encode_base64 parse_example
            parse_sequence_example parse_single_example parse_single_sequence_example parse_tensor serialize_tensor
        """,
        "strings": """
            as_string bytes_split format join length lower ngrams reduce_join regex_full_match regex_replace split
            strip substr to_hash_bucket to_hash_bucket_fast to_hash_bucket_strong to_number unicode_decode
            unicode_decode_with_offsets unicode_encode unicode_script unicode_split unicode_split_with_offsets
            unicode_transcode unsorted_segment_join upper
        """,
    },
}
"""Names, by kind and by what stands before the last dot."""
