"""Measures how many arrays of keras-hub's models get their true name and class, as preset, .keras and .weights.h5.

``python -m tests.keras_hub_families make FOLDER`` makes one tiny random model of every family of the installed
keras-hub that builds offline; ``measure FOLDER`` reads what was made and prints a row for each.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_Make = "Callable[[Any], Any]"
FORMS = ("preset", "model.keras", "model.weights.h5")
_IMAGE = (32, 32, 3)

USUAL: dict[str, Any] = {
    **dict.fromkeys(("vocabulary_size", "vocab_size"), 20),
    **dict.fromkeys(("num_layers", "num_layers_enc", "num_layers_dec", "num_hidden_layers", "depth"), 2),
    **dict.fromkeys(("num_heads", "num_query_heads", "num_attention_heads"), 2),
    **dict.fromkeys(("hidden_dim", "hidden_size", "embedding_dim"), 8),
    **dict.fromkeys(("intermediate_dim", "mlp_dim", "moe_intermediate_dim", "shared_expert_intermediate_dim"), 12),
    **dict.fromkeys(("shared_expert_intermediate_size", "intermediate_size"), 12),
    "num_key_value_heads": 1,
    "head_dim": 4,
    "head_size": 4,
    "num_experts": 2,
    "top_k": 1,
    "patch_size": 4,
    "image_size": 16,
    "projection_dim": 6,
    "image_shape": _IMAGE,
}
"""What arguments of these names are given where they have no default."""


def _of(name: str, **arguments: Any) -> Callable[[Any], Any]:
    """A maker of a class of ``keras_hub.models``; arguments without a default are filled in by their names."""

    def make(hub: Any) -> Any:
        import inspect
        from importlib import import_module

        module, _, class_name = name.rpartition(".")
        cls = getattr(import_module(f"keras_hub.src.models.{module}") if module else hub.models, class_name)
        given = {key: value(hub) if callable(value) else value for key, value in arguments.items()}
        for key, parameter in inspect.signature(cls.__init__).parameters.items():
            if parameter.default is parameter.empty and key in USUAL:
                given.setdefault(key, USUAL[key])
        return cls(**given)

    return make


_RESNET = {
    "input_conv_filters": [64],
    "input_conv_kernel_sizes": [3],
    "stackwise_num_filters": [64, 8],
    "stackwise_num_blocks": [1, 1],
    "stackwise_num_strides": [1, 2],
    "block_type": "basic_block",
}
_RESNET4 = _RESNET | {
    "input_conv_filters": [64],
    "stackwise_num_filters": [64, 8, 8, 8],
    "stackwise_num_blocks": [1, 1, 1, 1],
    "stackwise_num_strides": [1, 2, 2, 2],
}
_VIT = _of("ViTBackbone")
_HGNET = {
    "depths": [1, 1],
    "embedding_size": 4,
    "hidden_sizes": [8, 8],
    "stem_channels": [3, 4, 4],
    "hidden_act": "relu",
    "use_learnable_affine_block": True,
    "stackwise_stage_filters": [[4, 4, 8, 1, 1, 3], [8, 4, 8, 1, 1, 3]],
    "apply_downsample": [False, True],
    "use_lightweight_conv_block": [False, True],
}
_MIT = {
    "layerwise_depths": [1, 1],
    "num_layers": 2,
    "layerwise_num_heads": [1, 2],
    "layerwise_sr_ratios": [2, 1],
    "max_drop_path_rate": 0.1,
    "layerwise_patch_sizes": [7, 3],
    "layerwise_strides": [4, 2],
    "hidden_dims": [4, 8],
    "image_shape": _IMAGE,
}
_EFFICIENT = {
    "stackwise_kernel_sizes": [3, 3, 3],
    "stackwise_num_repeats": [1, 1, 2],
    "stackwise_input_filters": [8, 8, 8],
    "stackwise_output_filters": [8, 8, 16],
    "stackwise_expansion_ratios": [1, 4, 4],
    "stackwise_squeeze_and_excite_ratios": [0.0, 0.25, 0.25],
    "stackwise_strides": [1, 2, 2],
    "stackwise_block_types": ["fused", "unfused", "v1"],
    "stackwise_width_coefficients": [1.0] * 3,
    "stackwise_depth_coefficients": [1.0] * 3,
    "stackwise_force_input_filters": [0] * 3,
    "stackwise_nores_option": [False] * 3,
    "num_features": 8,
}
_CLIP_TEXT = _of("CLIPTextEncoder", embedding_dim=8, intermediate_activation="quick_gelu", max_sequence_length=6)
_CLIP_TEXT_TWICE = _of(
    "CLIPTextEncoder",
    embedding_dim=8,
    intermediate_activation="quick_gelu",
    max_sequence_length=6,
    intermediate_output_index=0,
)
_CLIP_VISION = _of("CLIPVisionEncoder", intermediate_activation="quick_gelu", image_shape=(8, 8, 3))
_SIGLIP_VISION = _of("SigLIPVisionEncoder", image_shape=(8, 8, 3), patch_size=4)
_SIGLIP_TEXT = _of("SigLIPTextEncoder", embedding_dim=8, max_sequence_length=6)
_DET = _of(
    "ViTDetBackbone",
    image_shape=(16, 16, 3),
    patch_size=2,
    hidden_size=4,
    global_attention_layer_indices=[1],
    num_output_channels=2,
    window_size=2,
)
_VAE = {
    "encoder_num_filters": [32, 32],
    "encoder_num_blocks": [1, 1],
    "decoder_num_filters": [32, 32],
    "decoder_num_blocks": [1, 1],
}

_BLOCKS = {
    "block_types": [["er"], ["uir", "mqa", "mqa"]],
    "num_filters": [[8], [16] * 3],
    "strides": [[2], [2, 1, 1]],
    "act_layers": [["relu"], ["relu"] * 3],
    "exp_ratios": [[2.0], [2.0, 1.0, 1.0]],
    "se_ratios": [[0.0], [0.0] * 3],
    "dw_kernel_sizes": [[0], [3, 0, 0]],
    "dw_start_kernel_sizes": [[0], [3, 0, 0]],
    "dw_end_kernel_sizes": [[0], [3, 0, 0]],
    "exp_kernel_sizes": [[3], [0] * 3],
    "pw_kernel_sizes": [[1], [0] * 3],
    "num_heads": [[0], [0, 2, 2]],
    "key_dims": [[0], [0, 4, 4]],
    "value_dims": [[0], [0, 4, 4]],
    "kv_strides": [[0], [0, 2, 1]],
    "use_cpe": [[False], [False, False, True]],
}
"""Neither "ir", "mha" nor squeeze-and-excite: keras-hub 0.32.0 fails to build such blocks."""
_MOBILENETV5 = {
    **{f"stackwise_{key}": value for key, value in _BLOCKS.items()},
    "stackwise_num_blocks": [1, 3],
    "stem_size": 8,
    "num_features": 8,
    "msfa_output_resolution": 4,
    "layer_scale_init_value": 0.1,
    "image_shape": _IMAGE,
}
_GEMMA3N = {
    "text_vocab_size": 20,
    "text_hidden_size": 8,
    "num_hidden_layers": 1,
    "pad_token_id": 0,
    "num_attention_heads": 1,
    "num_key_value_heads": 1,
    "head_dim": 8,
    "intermediate_size": [16],
    "hidden_activation": "gelu_approximate",
    "layer_types": ["full_attention"],
    "sliding_window": 4,
    "rope_theta": 100.0,
    "max_position_embeddings": 16,
    "vocab_size_per_layer_input": 20,
    "hidden_size_per_layer_input": 2,
    "altup_num_inputs": 2,
    "laurel_rank": 1,
}
_BLIP2_VISION = _of(
    "BLIP2VisionEncoder",
    image_size=8,
    use_patch_bias=True,
    use_class_token=True,
    use_mha_bias=True,
    use_mlp_bias=True,
    dropout_rate=0.0,
    layer_norm_epsilon=1e-6,
    initializer_range=0.02,
)
_BLIP2_QFORMER = _of(
    "BLIP2QFormer",
    num_query_tokens=2,
    vision_dim=8,
    cross_attention_frequency=2,
    dropout=0.0,
    layer_norm_epsilon=1e-6,
)
_BLIP2_LANGUAGE = {"num_query_tokens": 2, "qformer_hidden_dim": 8}
_QWEN_LINEAR: dict[str, Any] = {
    "linear_num_key_heads": 1,
    "linear_num_value_heads": 2,
    "linear_key_head_dim": 4,
    "linear_value_head_dim": 4,
    "layer_types": ["linear_attention", "full_attention"],
    "partial_rotary_factor": 0.5,
}
_SAM3_IMAGE = {"image_shape": (28, 28, 3), "patch_size": 7}

FAMILIES: dict[str, Callable[[Any], Any]] = {
    "albert": _of("AlbertBackbone", max_sequence_length=6),
    "bart": _of("BartBackbone", max_sequence_length=6),
    "basnet": _of(
        "BASNetBackbone", image_encoder=_of("ResNetBackbone", **_RESNET4), num_classes=1, projection_filters=64
    ),
    "bert": _of("BertBackbone", max_sequence_length=6),
    "bert classifier": _of("BertTextClassifier", backbone=_of("BertBackbone", max_sequence_length=6), num_classes=3),
    "bert masked": _of("BertMaskedLM", backbone=_of("BertBackbone", max_sequence_length=6)),
    "blip2": _of(
        "BLIP2Backbone",
        vision_encoder=_BLIP2_VISION,
        qformer=_BLIP2_QFORMER,
        language_model=_of("BLIP2CustomOPT", dropout=0.0, max_sequence_length=6, **_BLIP2_LANGUAGE),
    ),
    "blip2 t5": _of(
        "BLIP2Backbone",
        vision_encoder=_BLIP2_VISION,
        qformer=_BLIP2_QFORMER,
        language_model=_of("BLIP2FlanT5", **_BLIP2_LANGUAGE),
    ),
    "bloom": _of("BloomBackbone"),
    "clip": _of("CLIPBackbone", vision_encoder=_CLIP_VISION, text_encoder=_CLIP_TEXT),
    "cspnet": _of(
        "CSPNetBackbone",
        stem_filters=8,
        stem_kernel_size=3,
        stem_strides=1,
        stackwise_depth=[1, 2],
        stackwise_strides=[1, 2],
        stackwise_num_filters=[8, 16],
        block_type="dark_block",
        stage_type="dark",
    ),
    "deberta_v3": _of("DebertaV3Backbone", max_sequence_length=6, bucket_size=4),
    "deeplab_v3": _of(
        "DeepLabV3Backbone",
        image_encoder=_of("ResNetBackbone", **_RESNET4, image_shape=(64, 64, 3)),
        low_level_feature_key="P2",
        spatial_pyramid_pooling_key="P4",
        upsampling_size=4,
        dilation_rates=[2, 3],
        projection_filters=4,
        image_shape=(64, 64, 3),
    ),
    "deit": _of("DeiTBackbone"),
    "d_fine": _of(
        "DFineBackbone",
        backbone=_of(
            "HGNetV2Backbone", **(_HGNET | {"image_shape": (64, 64, 3), "out_features": ["stage1", "stage2"]})
        ),
        decoder_in_channels=[8, 8],
        encoder_hidden_dim=8,
        num_denoising=0,
        num_labels=4,
        hidden_dim=8,
        learn_initial_query=False,
        num_queries=6,
        anchor_image_size=(64, 64),
        feat_strides=[16, 32],
        num_feature_levels=2,
        encoder_in_channels=[8, 8],
        encode_proj_layers=[1],
        num_attention_heads=2,
        encoder_ffn_dim=8,
        num_encoder_layers=1,
        hidden_expansion=0.5,
        depth_multiplier=0.5,
        eval_idx=-1,
        num_decoder_layers=2,
        decoder_attention_heads=2,
        decoder_ffn_dim=8,
        decoder_n_points=[2, 2],
        lqe_hidden_dim=4,
        num_lqe_layers=2,
        out_features=["stage1", "stage2"],
        image_shape=(64, 64, 3),
        data_format="channels_last",
        seed=0,
    ),
    "densenet": _of("DenseNetBackbone", stackwise_num_repeats=[1, 2], growth_rate=4),
    "depth_anything": _of(
        "DepthAnythingBackbone",
        image_encoder=_of(
            "DINOV2Backbone",
            patch_size=14,
            num_layers=4,
            image_shape=(98, 98, 3),
            position_embedding_shape=(98, 98),
            apply_layernorm=True,
        ),
        reassemble_factors=[4, 2, 1, 0.5],
        neck_hidden_dims=[4, 4, 4, 4],
        fusion_hidden_dim=4,
        head_hidden_dim=4,
        head_in_index=-1,
        feature_keys=["stage1", "stage2", "stage3", "stage4"],
    ),
    "dinov2": _of("DINOV2Backbone", image_shape=(8, 8, 3), position_embedding_shape=(8, 8)),
    "dinov3": _of("DINOV3Backbone", image_shape=(8, 8, 3)),
    "distil_bert": _of("DistilBertBackbone", max_sequence_length=6),
    "edrec": _of("EdRecBackbone"),
    "efficientnet": _of("EfficientNetBackbone", **_EFFICIENT),
    "electra": _of("ElectraBackbone", max_sequence_length=6),
    "esm": _of("ESMBackbone", max_sequence_length=6),
    "f_net": _of("FNetBackbone", max_sequence_length=6),
    "falcon": _of("FalconBackbone"),
    "flux": _of(
        "FluxBackbone",
        input_channels=16,
        hidden_size=24,
        mlp_ratio=2.0,
        num_heads=2,
        depth=1,
        depth_single_blocks=1,
        axes_dim=[4, 4, 4],
        theta=100,
        use_bias=True,
        guidance_embed=True,
        image_shape=(4, 16),
        text_shape=(4, 8),
        image_ids_shape=(4, 3),
        text_ids_shape=(4, 3),
        y_shape=(8,),
    ),
    "gemma": _of("GemmaBackbone"),
    "gemma3": _of("Gemma3Backbone", use_post_ffw_norm=True, use_post_attention_norm=True),
    "gemma3 vision": _of(
        "Gemma3Backbone",
        image_size=8,
        vision_encoder=_of("Gemma3VisionEncoder", image_size=8, output_dim=8, pool_size=2),
    ),
    "gemma4": _of("Gemma4Backbone"),
    "gemma4 vision audio": _of(
        "Gemma4Backbone",
        vision_encoder=_of("Gemma4VisionEncoder", output_dim=8, pool_size=2, position_embedding_size=16),
        audio_encoder=_of(
            "Gemma4AudioEncoder",
            input_feat_size=16,
            hidden_size=8,
            num_heads=2,
            num_layers=1,
            chunk_size=4,
            context_left=5,
            sscp_conv_channels=(4, 2),
            output_proj_dims=6,
            output_dim=8,
        ),
        num_audio_tokens_per_clip=4,
    ),
    "gemma4 experts": _of(
        "Gemma4Backbone",
        enable_moe_block=True,
        num_experts=2,
        num_experts_per_token=1,
        expert_intermediate_dim=6,
        hidden_size_per_layer_input=2,
        vocab_size_per_layer_input=20,
    ),
    "gemma3n": _of("Gemma3nBackbone", **_GEMMA3N),
    "gemma3n vision audio": _of(
        "Gemma3nBackbone",
        **_GEMMA3N,
        vision_encoder_config=_MOBILENETV5,
        vision_hidden_size=8,
        vision_soft_tokens_per_image=16,
        audio_encoder_config={
            "hidden_size": 8,
            "input_feat_size": 16,
            "sscp_conv_channel_size": (4, 2),
            "sscp_conv_kernel_size": ((3, 3), (3, 3)),
            "sscp_conv_stride_size": ((2, 2), (2, 2)),
            "sscp_conv_group_norm_eps": 1e-3,
            "num_hidden_layers": 1,
            "rms_norm_eps": 1e-6,
            "gradient_clipping": 1e10,
            "residual_weight": 0.5,
            "num_attention_heads": 2,
            "attention_chunk_size": 4,
            "num_attention_context_right": 0,
            "num_attention_context_left": 4,
            "attention_logit_cap": 50.0,
            "conv_kernel_size": 3,
            "reduction_factor": 1,
        },
        audio_hidden_size=8,
    ),
    "gpt2": _of("GPT2Backbone", max_sequence_length=6),
    "gpt2 generator": _of("GPT2CausalLM", backbone=_of("GPT2Backbone", max_sequence_length=6), preprocessor=None),
    "gpt_neo_x": _of("GPTNeoXBackbone"),
    "gpt_oss": _of("GptOssBackbone"),
    "hgnetv2": _of("HGNetV2Backbone", **_HGNET),
    "llama": _of("LlamaBackbone"),
    "llama3": _of("Llama3Backbone"),
    "metaclip_2": _of(
        "MetaCLIP2Backbone",
        vision_encoder=_of("MetaCLIP2VisionEncoder", intermediate_activation="gelu", image_shape=(8, 8, 3)),
        text_encoder=_of("MetaCLIP2TextEncoder", intermediate_activation="gelu", max_sequence_length=6),
    ),
    "mistral": _of("MistralBackbone"),
    "mit": _of("MiTBackbone", **_MIT),
    "mixtral": _of("MixtralBackbone"),
    "mobilenet": _of(
        "MobileNetBackbone",
        stackwise_expansion=[[8], [16]],
        stackwise_num_blocks=[1, 1],
        stackwise_num_filters=[[8], [16]],
        stackwise_kernel_size=[[3], [3]],
        stackwise_num_strides=[[2], [1]],
        stackwise_se_ratio=[[0.25], [None]],
        stackwise_activation=[["relu"], ["hard_swish"]],
        stackwise_padding=[[1], [1]],
        output_num_filters=8,
        input_num_filters=8,
        input_activation="hard_swish",
        output_activation="hard_swish",
        depthwise_filters=8,
        last_layer_filter=8,
        squeeze_and_excite=0.25,
        depthwise_stride=1,
        depthwise_residual=False,
    ),
    "mobilenetv5": _of("MobileNetV5Backbone", **_MOBILENETV5),
    "mobilenetv5 batch norm": _of(
        "MobileNetV5Backbone", **(_MOBILENETV5 | {"norm_layer": "batch_norm", "use_msfa": False})
    ),
    "moonshine": _of(
        "MoonshineBackbone",
        filter_dim=16,
        encoder_num_layers=1,
        decoder_num_layers=1,
        encoder_num_heads=2,
        decoder_num_heads=2,
    ),
    "opt": _of("OPTBackbone", max_sequence_length=6),
    "pali_gemma": _of(
        "PaliGemmaBackbone",
        image_size=8,
        vit_patch_size=4,
        vit_num_heads=2,
        vit_hidden_dim=8,
        vit_num_layers=1,
    ),
    "parseq": _of(
        "PARSeqBackbone",
        image_encoder=_of("ViTBackbone", use_class_token=False),
        max_label_length=5,
        decoder_hidden_dim=8,
        num_decoder_layers=1,
        num_decoder_heads=2,
        decoder_mlp_dim=8,
    ),
    "phi3": _of("Phi3Backbone"),
    "qwen": _of("QwenBackbone"),
    "qwen3": _of("Qwen3Backbone"),
    "qwen3_5": _of(
        "Qwen3_5Backbone",
        **_QWEN_LINEAR,
    ),
    "qwen3_5 vision": _of(
        "Qwen3_5Backbone",
        **_QWEN_LINEAR,
        vision_encoder=_of(
            "qwen3_5.qwen3_5_vision_encoder.Qwen3_5VisionEncoder",
            patch_size=4,
            out_hidden_size=8,
            num_position_embeddings=16,
        ),
    ),
    "qwen3_5_moe": _of(
        "Qwen3_5MoeBackbone",
        **_QWEN_LINEAR,
    ),
    "qwen3_moe": _of("Qwen3MoeBackbone"),
    "qwen_moe": _of("QwenMoeBackbone"),
    "resnet": _of("ResNetBackbone", **_RESNET),
    "resnet classifier": _of("ResNetImageClassifier", backbone=_of("ResNetBackbone", **_RESNET), num_classes=3),
    "resnet bottleneck": _of("ResNetBackbone", **(_RESNET | {"block_type": "bottleneck_block"})),
    "retinanet": _of(
        "RetinaNetBackbone",
        image_encoder=_of("ResNetBackbone", **_RESNET4),
        min_level=3,
        max_level=5,
        use_p5=False,
        image_shape=(64, 64, 3),
    ),
    "roberta": _of("RobertaBackbone", max_sequence_length=6),
    "roformer_v2": _of("RoformerV2Backbone"),
    "rqvae": _of(
        "rqvae.rqvae_backbone.RQVAEBackbone",
        input_dim=6,
        encoder_layer_dims=[8],
        output_dim=4,
        decoder_layer_dims=[8],
        num_embeddings=5,
        num_quantizers=2,
    ),
    "rwkv7": _of("RWKV7Backbone", hidden_size=8, gate_lora=2, mv_lora=2, aaa_lora=2, decay_lora=2),
    "sam": _of(
        "SAMBackbone",
        image_encoder=_DET,
        prompt_encoder=lambda hub: hub.layers.SAMPromptEncoder(
            hidden_size=8, image_embedding_size=(8, 8), input_image_size=(16, 16), mask_in_channels=4
        ),
        mask_decoder=lambda hub: hub.layers.SAMMaskDecoder(
            hidden_size=8,
            num_layers=1,
            intermediate_dim=8,
            num_heads=2,
            embedding_dim=8,
            num_multimask_outputs=2,
            iou_head_depth=2,
            iou_head_hidden_dim=8,
        ),
    ),
    "sam3": _of(
        "SAM3PromptableConceptBackbone",
        vision_encoder=_of(
            "sam3.sam3_vision_encoder.SAM3VisionEncoder",
            fpn_hidden_dim=8,
            fpn_scale_factors=[4.0, 2.0, 1.0, 0.5],
            pretrain_image_shape=(14, 14, 3),
            window_size=2,
            global_attn_indexes=[1],
            **_SAM3_IMAGE,
        ),
        text_encoder=_of("sam3.sam3_text_encoder.SAM3TextEncoder", max_sequence_length=6),
        geometry_encoder=_of("sam3.sam3_geometry_encoder.SAM3GeometryEncoder", roi_size=2),
        detr_encoder=_of("sam3.sam3_detr_encoder.SAM3DetrEncoder"),
        detr_decoder=_of("sam3.sam3_detr_decoder.SAM3DetrDecoder", num_queries=3, **_SAM3_IMAGE),
        mask_decoder=_of("sam3.sam3_mask_decoder.SAM3MaskDecoder", num_upsampling_stages=2),
    ),
    "segformer": _of("SegFormerBackbone", image_encoder=_of("MiTBackbone", **_MIT), projection_filters=4),
    "siglip": _of("SigLIPBackbone", vision_encoder=_SIGLIP_VISION, text_encoder=_SIGLIP_TEXT),
    "smollm3": _of(
        "SmolLM3Backbone",
        attention_bias=False,
        attention_dropout=0.0,
        rope_layer_enabled_list=[True, False],
        layer_types=["attention", "attention"],
        mlp_bias=False,
        layer_norm_epsilon=1e-5,
        max_position_embeddings=8,
        rope_theta=100.0,
        partial_rotary_factor=1.0,
    ),
    "stable_diffusion_3": _of(
        "stable_diffusion_3.stable_diffusion_3_backbone.StableDiffusion3Backbone",
        mmdit_patch_size=2,
        mmdit_hidden_dim=16,
        mmdit_num_layers=2,
        mmdit_num_heads=2,
        mmdit_position_size=4,
        mmdit_qk_norm="rms_norm",
        mmdit_dual_attention_indices=[0],
        vae=_of("vae.vae_backbone.VAEBackbone", **{key: [32] * 4 if "filters" in key else [1] * 4 for key in _VAE}),
        clip_l=_CLIP_TEXT_TWICE,
        clip_g=_CLIP_TEXT_TWICE,
        t5=_of("stable_diffusion_3.t5_encoder.T5Encoder", hidden_dim=32),
        image_shape=_IMAGE,
    ),
    "swin_transformer": _of("SwinTransformerBackbone", embed_dim=4, depths=(1, 2), num_heads=(1, 2), window_size=2),
    "t5": _of("T5Backbone"),
    "t5gemma": _of(
        "T5GemmaBackbone",
        **{
            f"{half}_{key}": value
            for half in ("encoder", "decoder")
            for key, value in {
                "hidden_dim": 8,
                "intermediate_dim": 12,
                "num_layers": 1,
                "num_attention_heads": 2,
                "num_key_value_heads": 1,
                "head_dim": 4,
                "layer_types": ["full_attention"],
            }.items()
        },
    ),
    "t5gemma2": _of(
        "T5Gemma2Backbone",
        **{
            f"{half}_{key}": value
            for half in ("encoder", "decoder")
            for key, value in {
                "hidden_dim": 8,
                "intermediate_dim": 12,
                "num_layers": 1,
                "num_attention_heads": 2,
                "num_key_value_heads": 1,
                "head_dim": 4,
                "layer_types": ["full_attention"],
            }.items()
        },
    ),
    "vae": _of("vae.vae_backbone.VAEBackbone", **_VAE),
    "vgg": _of("VGGBackbone", stackwise_num_repeats=[1, 2], stackwise_num_filters=[4, 6]),
    "video_prism": _of(
        "VideoPrismBackbone",
        num_frames=2,
        num_spatial_layers=1,
        num_temporal_layers=1,
        num_auxiliary_layers=1,
        num_text_layers=1,
        vocabulary_size=20,
        image_shape=(8, 8, 3),
    ),
    "vit": _VIT,
    "vit classifier": _of("ViTImageClassifier", backbone=_VIT, num_classes=3),
    "vit_det": _DET,
    "whisper": _of("WhisperBackbone", num_mels=4, max_encoder_sequence_length=6, max_decoder_sequence_length=6),
    "xception": _of("XceptionBackbone", stackwise_conv_filters=[[4, 6], [8, 8]], stackwise_pooling=[True, False]),
    "xlm_roberta": _of("XLMRobertaBackbone", max_sequence_length=6),
    "xlnet": _of("XLNetBackbone"),
}
"""A tiny model of each family, by its folder in ``keras_hub/src/models`` and what is special about it."""


def _owned(model: Any) -> Iterator[tuple[Any, Any]]:
    """Every layer of a live model, at any depth, with each variable that it owns."""
    for layer in model._flatten_layers():
        for variable in (*layer._trainable_variables, *layer._non_trainable_variables):
            yield layer, variable


def _observed(model: Any) -> dict[str, dict[str, Any]]:
    """What each class in a live model holds under which attributes, and the names of its own weights, by its home."""
    from keras.src.saving.saving_lib import _walk_saveable

    found: dict[str, dict[str, Any]] = {}
    for layer in model._flatten_layers():
        kind = type(layer)
        if not kind.__module__.startswith("keras_hub."):
            continue
        row = found.setdefault(f"{kind.__module__}:{kind.__name__}", {"parts": {}, "weights": []})
        own = [(one, True) for one in layer._trainable_variables]
        own += [(one, False) for one in layer._non_trainable_variables]
        names = [[one.name, trained, len(one.shape)] for one, trained in own]
        if names and names not in row["weights"]:
            row["weights"].append(names)
        for attribute, value in _walk_saveable(layer):
            for held in value if isinstance(value, (list, tuple)) else [value]:
                home = [type(held).__name__, type(held).__module__]
                is_layer = hasattr(held, "_flatten_layers") and attribute not in {"layers", "_layers"}
                if is_layer and home not in row["parts"].setdefault(attribute, []):
                    row["parts"][attribute].append(home)
    return found


def _make(hub: Any, name: str, folder: Path) -> None:
    """Make a model of a family, with numbers that tell every array from every other, in all forms, with its truth."""
    import numpy as np

    model = FAMILIES[name](hub)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "classes.json").write_text(json.dumps(_observed(model), indent=0))
    if (folder / "expected.json").exists():
        return
    rng = np.random.default_rng(7)
    for variable in {id(one): one for _, one in _owned(model)}.values():
        values = rng.normal(size=tuple(variable.shape))
        variable.assign(values if "float" in variable.dtype else np.floor(values * 90))
    model.save(folder / "model.keras")
    model.save_weights(folder / "model.weights.h5")
    model.save_to_preset(str(folder / "preset"))
    truth: dict[str, list[list[str]]] = {}  # after saving, which moves position embeddings of some families
    for layer, variable in _owned(model):
        digest = hashlib.sha256(np.ascontiguousarray(variable.value).tobytes()).hexdigest()
        truth.setdefault(digest, []).append([type(layer).__name__, variable.name])
    (folder / "expected.json").write_text(json.dumps(truth, indent=0))


def _make_all(folder: Path, only: str) -> None:
    """Make all families, less those that are there; say of the others why they did not build."""
    import keras_hub  # type: ignore[import-not-found]

    for name in FAMILIES:
        place = folder / name.replace(" ", "-")
        if only not in name or (place / "classes.json").exists():
            continue
        try:
            _make(keras_hub, name, place)
            print(f"made {name}", flush=True)
        except Exception as error:  # noqa: BLE001 - what does not build is said
            print(f"{name}: {type(error).__name__}: {str(error)[:300]}", flush=True)


def score(path: Path, truth: dict[str, list[list[str]]]) -> tuple[Counter[str], list[str]]:
    """How many arrays of a file there are, and have their true class and name; and what is said of the others."""
    from kerasinspect import open_model

    counts: Counter[str] = Counter()
    wrong = []
    with open_model(path) as model:
        for weight in model.weights:
            digest = hashlib.sha256(b"".join(weight.array.blocks())).hexdigest()
            facts = truth.get(digest)
            if facts is None:
                continue
            counts["arrays"] += 1
            is_class = any(one[0] == weight.layer_class for one in facts)
            is_both = [weight.layer_class, weight.name] in facts
            counts["class"] += is_class
            counts["both"] += is_both
            if not is_both:
                wrong.append(f"{weight.path} ({weight.layer_class}) at {weight.stored_path}: {facts}")
        counts["of"] = len(truth)
    return counts, wrong


def _measure(folder: Path, *, listed: bool) -> None:
    """Print the share of arrays with true class and name of every family in every form."""
    total: Counter[str] = Counter()
    for place in sorted(one.parent for one in folder.glob("*/expected.json")):
        truth = json.loads((place / "expected.json").read_text())
        for form in FORMS:
            if not (place / form).exists():
                continue
            counts, wrong = score(place / form, truth)
            total.update(counts)
            shares = f"{counts['class']:5} classes {counts['both']:5} with names"
            print(f"{place.name:20} {form:18} {counts['arrays']:5} arrays of {counts['of']:5} {shares}")
            if listed:
                print("".join(f"    {one}\n" for one in wrong), end="")
    print(f"all: {total['both']} of {total['arrays']} arrays have their true class and name")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("action", choices=["make", "measure"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--list", action="store_true", help="say which arrays fall short")
    given = parser.parse_args()
    if given.action == "make":
        _make_all(given.folder, given.only)
    else:
        _measure(given.folder, listed=given.list)
