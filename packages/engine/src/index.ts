export type { CompiledStep, Engine, StepFunction, StepSpec, TensorMap } from './compile/contract.ts';
export type { Precision } from './compile/precision/precision.ts';
export { exportOnnx } from './compile/export-onnx.ts';
export { checkEngineRequest, chooseEngine, type ChosenEngine, type EngineRequest } from './engines/choose-engine.ts';
export { createEngine, engineNames, type EngineChoice } from './engines/create-engine.ts';
export { probeEngine, type EngineProbe } from './engines/probe-engine.ts';
export { backboneUnder, type Backbone, type BackboneOutput } from './backbones/backbone.ts';
export { findBackbone } from './backbones/backbones.ts';
export { densenet121, type DenseNetOptions } from './backbones/densenet.ts';
export { mobilevitS } from './backbones/mobilevit.ts';
export { resnet18, resnet50 } from './backbones/resnet.ts';
export { vit, type VitOptions } from './backbones/vit.ts';
export {
  openBackboneNetwork,
  pooledFeatures,
  tokenFeatures,
  type BackboneNetworkOptions,
} from './frozen/backbone-network.ts';
export {
  createBackboneEncoder,
  createOnnxEncoder,
  createUntrainedEncoder,
  type BackboneEncoderRecord,
  type OnnxEncoderRecord,
  type UntrainedEncoderOptions,
} from './frozen/encoders.ts';
export { imageNetPixels, symmetricPixels, unitPixels, type ImageInput } from './frozen/image-input.ts';
export { encodePatches, type NetworkOutput, type PatchNetwork } from './frozen/patch-network.ts';
export type { NetworkEncoder } from './frozen/section-encoder.ts';
export type { ArraySpec, DType, HostArray, HostArrays } from './host-array.ts';
export { createContrastiveMethod } from './contrastive/contrastive-method.ts';
export type { ContrastiveOptions, ContrastiveTraining } from './contrastive/contrastive-options.ts';
export type { GoldenAdapter, GoldenModel } from './conformance/golden-adapter.ts';
export type { ImageInputs } from './contrastive/image-inputs.ts';
export type { PretrainedPart } from './contrastive/pretrained.ts';
export { featuresOf, imagesOf } from './encoders/batch-views.ts';
export { projection, type Projection, type ProjectionOptions } from './encoders/projection.ts';
export { encodeSpots, spotTransformer, type SpotTransformerOptions } from './encoders/spot-transformer.ts';
export { initialise } from './initialisers/initialise.ts';
export * as initialisers from './initialisers/kinds.ts';
export { batchNorm, batchNormSpecs, type BatchNormResult } from './layers/batch-norm.ts';
export { multiHeadAttention } from './layers/attention.ts';
export { conv2d, conv2dSpecs, type Conv2dOptions, type Conv2dShape } from './layers/conv2d.ts';
export { crossAttention, crossAttentionSpecs } from './layers/cross-attention.ts';
export { averagePool2d, globalAveragePool, maxPool2d, type PoolOptions } from './layers/pooling.ts';
export { resizeBilinear } from './layers/resize-bilinear.ts';
export { relu } from './layers/relu.ts';
export { silu } from './layers/silu.ts';
export {
  vitBlock,
  vitBlockSpecs,
  type VitBlockMasks,
  type VitBlockOptions,
  type VitBlockShape,
} from './layers/vit-block.ts';
export { alphaDropout, dropout, type DropoutMask } from './layers/dropout.ts';
export { dropoutInput, dropoutMask } from './layers/dropout-input.ts';
export { embedding, embeddingSpecs } from './layers/embedding.ts';
export { gelu } from './layers/gelu.ts';
export { l2Normalise } from './layers/l2-normalise.ts';
export { layerNorm, layerNormSpecs } from './layers/layer-norm.ts';
export { linear, linearSpecs, type LinearOptions } from './layers/linear.ts';
export { parameter, scoped, trainableNames, type ParameterSpecs } from './layers/parameter.ts';
export { projectionHead, projectionHeadSpecs } from './layers/projection-head.ts';
export { selfAttention, selfAttentionSpecs, type HeadOptions } from './layers/self-attention.ts';
export {
  transformerBlock,
  transformerBlockSpecs,
  type TransformerBlockMasks,
  type TransformerBlockOptions,
} from './layers/transformer-block.ts';
export {
  identityCrossEntropy,
  similarityLogits,
  softTargetContrastive,
  symmetricContrastive,
} from './losses/contrastive.ts';
export { crossEntropyRows } from './losses/cross-entropy.ts';
export { meanSquaredError, pearsonLoss } from './losses/expression.ts';
export { similarityDistillation } from './losses/similarity-distillation.ts';
export { adam, adamW, type AdamOptions } from './optimisers/adam.ts';
export type { Optimiser, ParameterUpdate, StepScalars } from './optimisers/optimiser.ts';
export { sgd, type SgdOptions } from './optimisers/sgd.ts';
export { drawRandomInputs, type RandomDeclarations } from './random-inputs/draw.ts';
export { neighbourCount, type NeighbourCountOptions } from './retrieval/neighbour-count.ts';
export type { NeighbourWeights } from './retrieval/neighbour-weights.ts';
export { retrievalPredictor, type RetrievalOptions } from './retrieval/retrieval-predictor.ts';
export {
  constantSchedule,
  cosineSchedule,
  linearWarmUp,
  type CosineOptions,
  type Schedule,
  type ScheduleMoment,
} from './schedules/schedule.ts';
export { readSafetensors, requireParameters, writeSafetensors } from './state/weights-file.ts';
export type { BatchSource } from './training/batch-source.ts';
export { epochOrder, type EpochOrder, type EpochOrderOptions } from './training/epoch-order.ts';
export type { LossFunction, LossValue } from './training/loss-function.ts';
export type { CheckpointOptions, EarlyStoppingOptions, Trained, TrainOptions } from './training/train-options.ts';
export { train } from './training/train.ts';
export { trainingStep, type TrainingStepOptions } from './training/training-step.ts';
export { valueAndGradients, type ValueAndGradients } from './training/value-and-gradients.ts';
