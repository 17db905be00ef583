export type { CountMatrix } from './contracts/counts.ts';
export type {
  Batch,
  ContrastiveMethod,
  Embeddings,
  Encoder,
  Initialiser,
  Loss,
  ModelSizes,
  NamedTensors,
  ParameterDeclaration,
  Predictor,
  RandomDeclaration,
  ReferenceBank,
} from './contracts/contrastive.ts';
export type { EncodeProgress, FrozenEncoder } from './contracts/encoder.ts';
export type {
  AnswerControl,
  ExportOptions,
  FitContext,
  Fitted,
  FittedControl,
  LoadContext,
  Method,
  PretrainedWeights,
  Progress,
  Regime,
  TrainingData,
} from './contracts/method.ts';
export type { ReadReport, Section, SectionImage } from './contracts/section.ts';
export type { Expression, FeatureMatrix, PatchReader, Slide, TrainingSlide } from './contracts/slide.ts';
export type { Spots } from './contracts/spots.ts';
export type { FeatureView, ImageView, ViewFeatures } from './contracts/view.ts';
export { monotonicMs, nowIso } from './clock.ts';
export { countFiles, countsFromFiles } from './counts/count-files.ts';
export { librarySizes, selectRows, spotCount } from './counts/csr.ts';
export { isSpotbenchError, SpotbenchError } from './errors/spotbench-error.ts';
export type { ErrorTag } from './errors/spotbench-error.ts';
export { lookUp, nearestNames, unknownName } from './errors/unknown-name.ts';
export { fitTarget } from './expression/fit-target.ts';
export type { FittedTarget, TargetExpression } from './expression/fit-target.ts';
export { targetRule } from './expression/target-rule.ts';
export type { TargetName, TargetRule } from './expression/target-rule.ts';
export { handcraftedEncoder } from './handcrafted/handcrafted-encoder.ts';
export { canonicalJson } from './hash/canonical-json.ts';
export { bytesOf, hashFile, hashValue, sha256 } from './hash/sha256.ts';
export { decodeImage } from './images/decode-image.ts';
export type { RgbImage } from './images/decode-image.ts';
export { createImageCache } from './images/image-cache.ts';
export type { ImageCache } from './images/image-cache.ts';
export { readImageSize } from './images/image-size.ts';
export { createPatchReader, PATCH_PX } from './images/patch-reader.ts';
export type { Region, RegionReader } from './images/region-reader.ts';
export type { NamedExpression } from './metrics/align.ts';
export { conventions, valueUnder } from './metrics/conventions.ts';
export type { Convention } from './metrics/conventions.ts';
export type { GeneScore } from './metrics/gene-score.ts';
export { summarise } from './metrics/headline.ts';
export type { ScoredRun, Summary, SummaryOptions } from './metrics/headline.ts';
export type { GeneMetricName, Metric, MetricName, UndefinedReason } from './metrics/metric.ts';
export { metrics } from './metrics/metrics.ts';
export { scoreMatrix } from './metrics/score-matrix.ts';
export type { GeneSet, ScoredSection, UndefinedCounts, UndefinedPolicy } from './metrics/score-matrix.ts';
export { scorePooled, scoreSection } from './metrics/score-section.ts';
export type { SectionPair } from './metrics/score-section.ts';
export { meanSpotPcc, scoreSpots } from './metrics/score-spots.ts';
export type { SpotScore } from './metrics/score-spots.ts';
export { bestPredicted, testHighest, testMostVariable } from './metrics/test-defined-sets.ts';
export { sharedGenes } from './panels/candidates.ts';
export { readFixedPanel } from './panels/fixed-panel.ts';
export type { CuratedGenes } from './panels/fixed-panel.ts';
export { fitFoldPanels } from './panels/fold-panels.ts';
export type { FoldPanelOptions, FoldPanels } from './panels/fold-panels.ts';
export { genePanelSchema, makePanel, parsePanel } from './panels/gene-panel.ts';
export type { GenePanel } from './panels/gene-panel.ts';
export { highlyVariableGenes } from './panels/highly-variable.ts';
export type { HvgFlavour, HvgOptions, HvgResult } from './panels/highly-variable.ts';
export type { GeneRanking, PanelFit, RankBy } from './panels/ranked-panel.ts';
export { createRandom } from './random/random.ts';
export type { Random, RandomPath } from './random/random.ts';
export { readAnndata } from './readers/anndata.ts';
export type { Anndata, AnndataOptions } from './readers/anndata.ts';
export { readAnndataTable, type NamedTable } from './readers/anndata-table.ts';
export { readAnndataSection } from './readers/anndata-section.ts';
export type { AnndataSource } from './readers/anndata-section.ts';
export type { BarcodeCounts } from './readers/barcode-counts.ts';
export type { GeneOptions } from './readers/features.ts';
export { readGeoStSection } from './readers/geo-st.ts';
export type { GeoStSource } from './readers/geo-st.ts';
export { readHer2stSection } from './readers/her2st.ts';
export type { Her2stSource } from './readers/her2st.ts';
export { readHestPatches, readHestSection } from './readers/hest.ts';
export type { HestPatches, HestSource } from './readers/hest.ts';
export { loadH5wasm } from './readers/load-h5wasm.ts';
export { readScaleFactors } from './readers/scale-factors.ts';
export type { ScaleFactors } from './readers/scale-factors.ts';
export { readSpatialDataSection } from './readers/spatialdata-section.ts';
export type { SpatialDataSource } from './readers/spatialdata-section.ts';
export { findTissuePositions, readSpacerangerSection } from './readers/spaceranger.ts';
export type { SpacerangerSource } from './readers/spaceranger.ts';
export { readTenxH5 } from './readers/tenx-h5.ts';
export { findTenxMtx, readTenxMtx } from './readers/tenx-mtx.ts';
export type { TenxMtxPaths } from './readers/tenx-mtx.ts';
export { readTissuePositions } from './readers/tissue-positions.ts';
export {
  checkSplitsAgainst,
  listSplits,
  makeSplits,
  parseSplits,
  splitManifestSchema,
} from './splits/split-manifest.ts';
export type { Fold, FoldSection, ListedFold, Role, SplitManifest, SplitSection } from './splits/split-manifest.ts';
export type { BootstrapOptions } from './statistics/bootstrap.ts';
export { compareMethods, summariseMethods } from './statistics/compare.ts';
export type { Comparison, ComparisonOptions, MethodRuns, MethodStanding, MethodSummary } from './statistics/compare.ts';
export { criticalDifference } from './statistics/critical-difference.ts';
export type { CriticalDifference } from './statistics/critical-difference.ts';
export { holm } from './statistics/holm.ts';
export type { PairedDifference } from './statistics/paired.ts';
export { MIN_PATIENTS } from './statistics/wilcoxon.ts';
export {
  damagedFiles,
  MANIFEST,
  readArtefactFile,
  readManifest,
  verifyArtefact,
  writeArtefact,
  writeArtefactFolder,
} from './store/artefact.ts';
export type { ArtefactFiles, ArtefactManifest } from './store/artefact.ts';
export { syncFolder, temporaryBeside, writeAndSync, writeFileAtomic } from './store/atomic-write.ts';
export { float32From } from './store/typed-array.ts';
export { harmony } from './transforms/harmony.ts';
export type { HarmonyOptions, HarmonyResult } from './transforms/harmony.ts';
export { harmonyTransform } from './transforms/harmony-transform.ts';
export type {
  SectionExpression,
  TransductiveResult,
  TransductiveTransform,
  TransformUse,
} from './transforms/harmony-transform.ts';
export { spotPitchPx } from './geometry/spot-pitch.ts';
export { applyOperations, normalisationOf, toFloat } from './augmentation/augment-patch.ts';
export { augmentationsSchema, type Augmentation } from './augmentation/augmentation.ts';
export { drawOperations } from './augmentation/draw-operations.ts';
export { requireInside } from './views/require-inside.ts';
export { featureView, scalePx } from './views/view-name.ts';
export { viewSquares, type ViewSquares } from './views/view-squares.ts';
export { createAugmentedPatches } from './augmentation/augmented-patches.ts';
export type { AugmentedPatches, AugmentedPatchesOptions, PatchBatch } from './augmentation/augmented-patches.ts';
export { extractSquares, type ExtractedSquare } from './patches/extract-squares.ts';
export { partOfStore } from './patches/part-of-store.ts';
export { openPatchStore } from './patches/patch-store.ts';
export type { PatchStore } from './patches/patch-store.ts';
export { spotsHash } from './patches/patch-slide.ts';
export type { PatchSlide } from './patches/patch-slide.ts';
export type { PatchView } from './patches/patch-view.ts';
export { writePatchStore } from './patches/write-patch-store.ts';
export type { PatchStoreContents } from './patches/write-patch-store.ts';
export { countsZero, similarities, similaritiesOf } from './similarity/similarities.ts';
export type { SectionToCompare } from './similarity/similarities.ts';
export { sectionLayout } from './similarity/section-layout.ts';
export type { SectionLayout } from './similarity/section-layout.ts';
export type { SectionSimilarity, Similarity, SimilarityName } from './similarity/similarity.ts';
