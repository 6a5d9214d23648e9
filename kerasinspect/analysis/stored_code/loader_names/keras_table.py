"""What Keras and tf_keras models are made of.

Written by ``python -m tests.loader_names``, which says how each name was judged; not to be edited.
"""

GENERATION = 1
VERSIONS = {"keras": "3.15.1", "tf-keras": "2.21.0", "tensorflow": "2.21.0"}

CLASSES = {
    "constraints": """
        Constraint MaxNorm MinMaxNorm NonNeg RadialConstraint UnitNorm
    """,
    "features": """
        Cross Feature FeatureSpace
    """,
    "initializers": """
        Constant ConstantV2 GlorotNormal GlorotNormalV2 GlorotUniform GlorotUniformV2 HeNormal HeNormalV2 HeUniform
        HeUniformV2 Identity IdentityInitializer IdentityV2 Initializer LecunNormal LecunNormalV2 LecunUniform
        LecunUniformV2 Ones OnesV2 Orthogonal OrthogonalInitializer OrthogonalV2 RandomInitializer RandomNormal
        RandomNormalV2 RandomUniform RandomUniformV2 STFT STFTInitializer TruncatedNormal TruncatedNormalV2
        VarianceScaling VarianceScalingV2 Zeros ZerosV2
    """,
    "layers": """
        AbstractRNNCell Activation ActivityRegularization AdaptiveAveragePooling1D AdaptiveAveragePooling2D
        AdaptiveAveragePooling3D AdaptiveMaxPooling1D AdaptiveMaxPooling2D AdaptiveMaxPooling3D Add AddLoss
        AddMetric AdditiveAttention AlphaDropout Attention AugMix AutoContrast Average AveragePooling1D
        AveragePooling2D AveragePooling3D AvgPool1D AvgPool2D AvgPool3D BaseAdaptiveAveragePooling
        BaseAdaptiveMaxPooling BaseAdaptivePooling BaseConv BaseConvTranspose BaseDenseAttention BaseDepthwiseConv
        BaseGlobalPooling BaseImagePreprocessingLayer BasePooling BaseRandomLayer BaseSeparableConv
        BaseSpatialDropout BasicLSTMCell BasicRNNCell BatchNorm BatchNormalization BatchNormalizationBase
        BatchNormalizationV1 BatchNormalizationV2 Bidirectional CategoryEncoding CenterCrop ClassMethod Concatenate
        ContrastLimitedAdaptiveHistogramEqualization Conv Conv1D Conv1DTranspose Conv2D Conv2DTranspose Conv3D
        Conv3DTranspose ConvLSTM ConvLSTM1D ConvLSTM2D ConvLSTM3D ConvLSTMCell ConvRNN Convolution1D
        Convolution1DTranspose Convolution2D Convolution2DTranspose Convolution3D Convolution3DTranspose Cropping1D
        Cropping2D Cropping3D CuDNNGRU CuDNNLSTM CustomScaleLayer CutMix DataLayer Deconv2D Deconv3D Deconvolution2D
        Deconvolution3D Dense DenseFeatures DepthwiseConv DepthwiseConv1D DepthwiseConv2D DeviceWrapper
        Discretization Distiller DistributedCallbackModel Dot Dropout DropoutWrapper DynamicEmbedding DynamicLookup
        ELU EinsumDense Embedding Equalization Flatten FullyConnected Functional FunctionalPreprocessingStage GRU
        GRUCell GRUCellV1 GRUCellV2 GRUV1 GRUV2 GaussianDropout GaussianNoise GlobalAveragePooling1D
        GlobalAveragePooling2D GlobalAveragePooling3D GlobalAvgPool1D GlobalAvgPool2D GlobalAvgPool3D
        GlobalMaxPool1D GlobalMaxPool2D GlobalMaxPool3D GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D
        GlobalPooling1D GlobalPooling2D GlobalPooling3D GroupNormalization GroupQueryAttention GroupedQueryAttention
        HashedCrossing Hashing IndexLookup InputLayer InstanceMethod InstanceProperty IntegerLookup LSTM LSTMCell
        LSTMCellV1 LSTMCellV2 LSTMV1 LSTMV2 Lambda Layer LayerNormalization LayerRNNCell LayerScale LeakyReLU
        LinearModel LocallyConnected1D LocallyConnected2D Masking MaxNumBoundingBoxes MaxPool1D MaxPool2D MaxPool3D
        MaxPooling1D MaxPooling2D MaxPooling3D Maximum MelSpectrogram Merge Minimum MixUp Model ModuleWrapper Mosaic
        MultiHeadAttention MultiRNNCell Multiply Normalization PReLU Permute Pipeline Pooling1D Pooling2D Pooling3D
        PreprocessingLayer PreprocessingStage RMSNormalization RNN RNNCell RandAugment RandomBrightness
        RandomColorDegeneration RandomColorJitter RandomContrast RandomCrop RandomElasticTransform RandomErasing
        RandomFlip RandomFourierFeatures RandomGaussianBlur RandomGrayscale RandomHeight RandomHue RandomInvert
        RandomPerspective RandomPosterization RandomRotation RandomSaturation RandomSharpness RandomShear
        RandomTranslation RandomWidth RandomZoom ReLU ReloadedLayer RepeatVector Rescaling Reshape ResidualWrapper
        Resizing ReversibleEmbedding STFTSpectrogram SeparableConv SeparableConv1D SeparableConv2D
        SeparableConvolution1D SeparableConvolution2D SequenceFeatures Sequential SharpnessAwareMinimization
        SimpleRNN SimpleRNNCell SlicingOpLambda Softmax Solarization SpatialDropout1D SpatialDropout2D
        SpatialDropout3D SpectralNormalization StackedRNNCells StochasticDepth StringLookup Subtract
        SyncBatchNormalization TFDConcat TFDIdentity TFDataLayer TFOpLambda TensorFlowOpLayer TernaryDense
        TextVectorization ThresholdedReLU TimeDistributed UnitNormalization UpSampling1D UpSampling2D UpSampling3D
        VariableScopeLayer WideDeepModel Wrapper ZeroPadding1D ZeroPadding2D ZeroPadding3D
    """,
    "losses": """
        BinaryCrossentropy BinaryFocalCrossentropy CTC CategoricalCrossentropy CategoricalFocalCrossentropy
        CategoricalGeneralizedCrossEntropy CategoricalHinge Circle CompileLoss CosineSimilarity Dice Hinge Huber
        KLDivergence LogCosh Loss LossFunctionWrapper MeanAbsoluteError MeanAbsolutePercentageError MeanSquaredError
        MeanSquaredLogarithmicError Poisson SparseCategoricalCrossentropy SparseCategoricalFocalCrossentropy
        SquaredHinge Tversky
    """,
    "metrics": """
        AUC Accuracy BinaryAccuracy BinaryIoU CategoricalAccuracy CompileMetrics ConcordanceCorrelation F1Score
        FBetaScore FalseNegatives FalsePositives IoU LogCoshError Mean MeanIoU MeanMetricWrapper MeanRelativeError
        MeanTensor Metric MetricsList OneHotIoU OneHotMeanIoU PearsonCorrelation Precision PrecisionAtRecall
        PyMetric R2Score Recall RecallAtPrecision Reduce RootMeanSquaredError SensitivityAtSpecificity
        SensitivitySpecificityBase SparseCategoricalAccuracy SparseTopKCategoricalAccuracy SpecificityAtSensitivity
        Sum SumOverBatchSize SumOverBatchSizeMetricWrapper TopKCategoricalAccuracy TrueNegatives TruePositives
    """,
    "operations": """
        Abs Absolute AdaptiveAveragePool AdaptiveMaxPool Add AffineTransform All AllClose Amax Amin Angle Any Append
        Arange Arccos Arccosh Arcsin Arcsinh Arctan Arctan2 Arctanh Argmax Argmin Argpartition Argsort Array
        ArraySplit AssociativeScan Average AveragePool BatchNorm BinaryCrossentropy Bincount BitwiseAnd
        BitwiseInvert BitwiseLeftShift BitwiseNot BitwiseOr BitwiseRightShift BitwiseXor BroadcastTo CDist CTCDecode
        CTCLoss Cast CategoricalCrossentropy Cbrt Ceil Celu Cholesky CholeskyInverse Clip ColumnStack Concatenate
        Cond Conj Conjugate Conv ConvTranspose ConvertToTensor Copy Copysign Corrcoef Correlate Cos Cosh
        CountNonzero Cov CropImages Cumprod Cumsum Deg2rad DepthToSpace DepthwiseConv Det Diag Diagflat Diagonal
        Diff Digitize Divide DivideNoNan Dot DotProductAttention Dsplit Dstack Eig Eigh Einsum ElasticTransform Elu
        Empty EmptyLike Equal Erf Erfc Erfinv Exp Exp2 ExpandDims Expm1 ExtractPatches ExtractSequences Eye FFT FFT2
        Fabs FakeQuantWithMinMaxVars Flip Fliplr Flipud FloatPower Floor FloorDivide Fmax Fmin Fmod Fold ForiLoop
        Full FullLike Function Gammainc GaussianBlur Gcd Gelu Geomspace GetItem Glu Greater GreaterEqual HSVToRGB
        HardShrink HardSigmoid HardSilu HardTanh Heaviside Histogram Hsplit Hstack Hypot I0 IFFT2 IRFFT ISTFT Imag
        InTopK Inner Inv IsIn Isclose Isfinite Isinf Isnan Isneginf Isposinf Isreal JVP Kron LayerNorm Lcm Ldexp
        LeakyRelu LeftShift Less LessEqual Lgamma Linspace Log Log10 Log1p Log2 LogSigmoid LogSoftmax Logaddexp
        Logaddexp2 Logdet LogicalAnd LogicalNot LogicalOr LogicalXor Logspace Logsumexp Lstsq LuFactor Map
        MapCoordinates Matmul MatrixPower MatrixRank Max MaxPool Maximum Mean Median Meshgrid Min Minimum Mish Mod
        Moments Moveaxis MultiHot Multiply NanToNum Nanargmax Nanargmin Nancumprod Nancumsum Nanmax Nanmean
        Nanmedian Nanmin Nanpercentile Nanprod Nanquantile Nanstd Nansum Nanvar Ndim Negative Nextafter Nonzero Norm
        Normalize NotEqual OneHot OnesLike Operation Outer PSNR Pad PadImages Percentile PerspectiveTransform Pinv
        Polar Power Prod Ptp Qr Quantile RFFT RGBToGrayscale RGBToHSV RMSNorm Rad2deg Ravel ReLU Real Rearrange
        Reciprocal ReconstructPatches Relu Relu6 Repeat Reshape Resize RightShift Roll Rot90 Round Rsqrt SSIM STFT
        SVD SaturateCast ScaleAndTranslate Scan Scatter ScatterUpdate SearchSorted SegmentMax SegmentMin SegmentProd
        SegmentReduction SegmentSum Select Selu SeparableConv Sigmoid Sign Signbit Silu Sin Sinc Sinh Size Slice
        SliceUpdate Slogdet SobelEdges SoftShrink Softmax Softplus Softsign Solve SolveTriangular Sort SpaceToDepth
        SparseCategoricalCrossentropy SparsePlus SparseSigmoid Sparsemax Split Sqrt Square Squareplus Squeeze Stack
        Std StopGradient Subtract Sum Swapaxes Switch Take TakeAlongAxis Tan Tanh TanhShrink Tensordot Threshold
        Tile TopK Trace Transpose Trapezoid Tri Tril Triu TrueDivide Trunc Unfold Unique UnravelIndex Unstack Vander
        Var Vdot VectorizedMap View ViewAsComplex ViewAsReal Vsplit Vstack Where WhileLoop ZerosLike
    """,
    "optimizers": """
        Adadelta Adafactor Adagrad Adam AdamW Adamax BackendOptimizer BaseLossScaleOptimizer BaseOptimizer Ftrl Lamb
        LegacyOptimizerWarning Lion LossScaleOptimizer LossScaleOptimizerV3 MultiOptimizer Muon Nadam NonFusedAdam
        Optimizer OptimizerV2 RMSProp RMSprop RestoredOptimizer SGD ScheduleFreeAdamW TFOptimizer
    """,
    "policies": """
        AWQDTypePolicy DTypePolicy DTypePolicyMap FloatDTypePolicy GPTQDTypePolicy Int4DTypePolicy Policy
        QuantizedDTypePolicy QuantizedFloat8DTypePolicy
    """,
    "quantizers": """
        AWQConfig AbsMaxQuantizer Float8QuantizationConfig GPTQConfig GPTQQuantizer Int4QuantizationConfig
        Int8QuantizationConfig QuantizationConfig Quantizer TernaryQuantizationConfig
    """,
    "regularizers": """
        L1 L1L2 L2 OrthogonalRegularizer Regularizer
    """,
    "schedules": """
        CosineDecay CosineDecayRestarts ExponentialDecay InverseTimeDecay LearningRateSchedule LinearCosineDecay
        NoisyLinearCosineDecay PiecewiseConstantDecay PolynomialDecay
    """,
    "seeds": """
        SeedGenerator
    """,
    "tensors": """
        InputSpec KerasTensor RaggedKerasTensor SparseKerasTensor UserRegisteredTypeKerasTensor
    """,
}
"""Classes, by kind; each by its name, wherever it lies."""

FUNCTIONS = {
    "activations": """
        celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh leaky_relu linear
        log_sigmoid log_softmax mish relu relu6 selu sigmoid silu soft_shrink softmax softplus softsign sparse_plus
        sparse_sigmoid sparsemax squareplus swish tanh tanh_shrink threshold
    """,
    "applications": """
        preprocess_input
    """,
    "backend": """
        abs all any arange argmax argmin batch_dot batch_flatten batch_normalization bias_add binary_crossentropy
        binary_focal_crossentropy cast cast_to_floatx categorical_crossentropy categorical_focal_crossentropy clip
        concatenate constant conv1d conv2d conv2d_transpose conv3d cos count_params ctc_batch_cost ctc_decode
        ctc_label_dense_to_sparse cumprod cumsum depthwise_conv2d dot dropout dtype elu equal exp expand_dims eye
        flatten foldl foldr gather gradients greater greater_equal hard_sigmoid int_shape is_float_dtype
        is_int_dtype is_sparse l2_normalize less less_equal local_conv1d local_conv2d log map_fn max maximum mean
        min minimum moving_average_update ndim normalize_batch_in_training not_equal one_hot ones ones_like
        permute_dimensions pool2d pool3d pow prod random_bernoulli random_binomial random_normal
        random_normal_variable random_uniform random_uniform_variable relu repeat repeat_elements reshape
        resize_images resize_volumes result_type reverse rnn round separable_conv2d shape sigmoid sign sin softmax
        softplus softsign sparse_categorical_crossentropy spatial_2d_padding spatial_3d_padding sqrt square squeeze
        stack std stop_gradient sum switch tanh temporal_padding tile to_dense transpose truncated_normal update
        update_add update_sub var variable zeros zeros_like
    """,
    "constraints": """
        max_norm min_max_norm non_neg radial_constraint unit_norm
    """,
    "initializers": """
        constant glorot_normal glorot_uniform he_normal he_uniform identity lecun_normal lecun_uniform ones
        orthogonal random_normal random_uniform stft truncated_normal variance_scaling zeros
    """,
    "layers": """
        Input add average concatenate dot maximum minimum multiply subtract
    """,
    "losses": """
        KLD MAE MAPE MSE MSLE binary_crossentropy binary_focal_crossentropy categorical_crossentropy
        categorical_focal_crossentropy categorical_generalized_cross_entropy categorical_hinge circle
        cosine_similarity ctc dice hinge huber kl_divergence kld kullback_leibler_divergence log_cosh logcosh mae
        mape mean_absolute_error mean_absolute_percentage_error mean_squared_error mean_squared_logarithmic_error
        mse msle poisson sparse_categorical_crossentropy squared_hinge tversky
    """,
    "metrics": """
        KLD MAE MAPE MSE MSLE binary_accuracy binary_crossentropy binary_focal_crossentropy categorical_accuracy
        categorical_crossentropy categorical_focal_crossentropy categorical_hinge concordance_correlation hinge
        huber kl_divergence kld kullback_leibler_divergence log_cosh logcosh mae mape mean_absolute_error
        mean_absolute_percentage_error mean_squared_error mean_squared_logarithmic_error mse msle
        pearson_correlation poisson sparse_categorical_accuracy sparse_categorical_crossentropy
        sparse_top_k_categorical_accuracy squared_hinge top_k_categorical_accuracy
    """,
    "ops": """
        abs absolute adaptive_average_pool adaptive_max_pool add affine_transform all allclose amax amin angle any
        append arange arccos arccosh arcsin arcsinh arctan arctan2 arctanh argmax argmin argpartition argsort array
        array_split associative_scan average average_pool bartlett batch_normalization binary_crossentropy bincount
        bitwise_and bitwise_invert bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor
        blackman broadcast_to cast categorical_crossentropy cbrt cdist ceil celu cholesky cholesky_inverse clip
        concatenate cond conj conjugate conv conv_transpose convert_to_numpy convert_to_tensor copy corrcoef
        correlate cos cosh count_nonzero crop_images cross ctc_decode ctc_loss cumprod cumsum custom_gradient
        deg2rad depth_to_space depthwise_conv det diag diagflat diagonal diff digitize divide divide_no_nan dot
        dot_product_attention dsplit dstack dtype eig eigh einsum elastic_transform elu empty empty_like equal erf
        erfc erfinv exp exp2 expand_dims expm1 extract_patches extract_patches_3d extract_sequences eye fabs fft
        fft2 flip fliplr flipud floor floor_divide fmax fmin fmod fold fori_loop full full_like gaussian_blur gcd
        gelu geomspace get_item glu greater greater_equal hamming hanning hard_shrink hard_sigmoid hard_silu
        hard_swish hard_tanh heaviside histogram hsplit hstack hsv_to_rgb hypot i0 identity ifft2 imag inner inv
        irfft is_tensor isclose isfinite isin isinf isnan isneginf isposinf isreal istft jvp kaiser kron
        layer_normalization lcm ldexp leaky_relu left_shift less less_equal linspace log log10 log1p log2
        log_sigmoid log_softmax logaddexp logaddexp2 logdet logical_and logical_not logical_or logical_xor logspace
        logsumexp lstsq lu_factor map map_coordinates matmul matrix_rank max max_pool maximum mean median meshgrid
        min minimum mod moments moveaxis multi_hot multiply nan_to_num nanargmax nanargmin nancumprod nancumsum
        nanmax nanmean nanmedian nanmin nanpercentile nanprod nanquantile nanstd nansum nanvar ndim negative
        nextafter nonzero norm normalize not_equal one_hot ones ones_like outer pad pad_images percentile
        perspective_transform pinv polar power prod psnr ptp qr quantile rad2deg ravel real rearrange reciprocal
        relu relu6 repeat reshape resize rfft rgb_to_grayscale rgb_to_hsv right_shift rms_normalization roll rot90
        round rsqrt saturate_cast scale_and_translate scan scatter scatter_update searchsorted segment_max
        segment_min segment_prod segment_sum select selu separable_conv shape sigmoid sign signbit silu sin sinc
        sinh size slice slice_update slogdet sobel_edges soft_shrink softmax softplus softsign solve
        solve_triangular sort space_to_depth sparse_categorical_crossentropy sparse_plus sparse_sigmoid sparsemax
        split sqrt square squareplus squeeze ssim stack std stft stop_gradient subtract sum svd swapaxes swish
        switch take take_along_axis tan tanh tanh_shrink tensordot threshold tile top_k trace transpose trapezoid
        tri tril triu true_divide trunc unfold unique unravel_index unstack vander var vdot vectorize vectorized_map
        view view_as_complex view_as_real vsplit vstack where while_loop zeros zeros_like
    """,
    "quantizers": """
        abs_max_quantize abs_max_quantize_grouped_with_zero_point compute_float8_amax_history compute_float8_scale
        fake_quant_with_min_max_vars pack_int4 quantize_and_dequantize unpack_int4
    """,
    "random": """
        beta binomial categorical dropout gamma normal randint shuffle truncated_normal uniform
    """,
    "regularizers": """
        l1 l1_l2 l2 orthogonal_regularizer
    """,
    "utils": """
        normalize to_categorical to_ordinal
    """,
}
"""Functions that compute, by the part of Keras that holds them."""

REFUSED_CLASSES = """
    ACC AUCCurve AUCSummationMethod AWQ ArrayLike BCE BackendLayer BoundingBox CENTER_XYWH CallContext CallSpec
    CallableList ConfusionMatrix DefunWrapper DropoutRNNCell DropoutRNNCellMixin Enum FlaxLayer GPTQ Input JaxLayer
    KLD KerasHistory KerasOpDispatcher KerasSaveable LSTMStateTuple List MAE MAPE MSE MSLE MutableMapping Node
    NullContextmanager NullInitializer OptimizerMap Optional PreprocessingLayerTest PyDataset REL_XYWH REL_XYXY
    REL_YXYX Reduction SymbolicArguments TFClassMethodDispatcher TFSMLayer TFSlicingOpDispatcher TorchModuleWrapper
    Tracker Tuple Union VersionAwareLayers VocabWeightHandler XYWH XYXY YXYX
"""
"""What else lies in those parts under the name of a class."""

REFUSED_ALONE = """
    _check_penalty_number _maybe_convert_labels _none_to_default _ragged_tensor_apply_loss
    _ragged_tensor_binary_crossentropy _ragged_tensor_binary_focal_crossentropy
    _ragged_tensor_categorical_crossentropy _ragged_tensor_categorical_focal_crossentropy _ragged_tensor_mae
    _ragged_tensor_mape _ragged_tensor_mse _ragged_tensor_msle _ragged_tensor_sparse_categorical_crossentropy
    deserialize get serialize
"""
"""What a loader finds without a module, and no model is made of."""
