import { createRandom } from '@spotbench/core';
import type { Backbone } from '../backbones/backbone.ts';
import { findBackbone } from '../backbones/backbones.ts';
import type { EngineChoice } from '../engines/create-engine.ts';
import type { HostArrays } from '../host-array.ts';
import { initialise } from '../initialisers/initialise.ts';
import { ones } from '../initialisers/kinds.ts';
import type { ParameterSpecs } from '../layers/parameter.ts';
import { openBackboneNetwork } from './backbone-network.ts';
import { batchAt } from './network-request.ts';
import { checkImageInput, imageNetPixels, type ImageInput } from './image-input.ts';
import { sectionEncoder, type NetworkEncoder } from './section-encoder.ts';

/** Images that go through a network at once unless a record says otherwise. */
const BATCH = 32;

/** A user's encoder: an ONNX file and how to feed it. */
export interface OnnxEncoderRecord {
  /** Unique, lower case; the folder of its features is named so. */
  readonly name: string;
  /** Bumped when a change moves numbers. */
  readonly version: string;
  readonly path: string;
  readonly input: ImageInput;
  readonly inputName?: string;
  readonly outputName?: string;
  readonly tokensOutputName?: string;
  readonly batchSize?: number;
  readonly threads?: number;
}

/**
 * A frozen encoder from an ONNX file that maps float32 images [B, 3, S, S] to features [B, D] or tokens [B, T, D]. Opens the
 * file to learn which, and D.
 *
 * @throws SpotbenchError `bad-config` for a record out of range; `missing-data` and `bad-data` as `openOnnxFile`.
 */
export async function createOnnxEncoder(record: OnnxEncoderRecord): Promise<NetworkEncoder> {
  const { name, version, input, batchSize = BATCH } = record;
  checkImageInput(name, input);
  const { openOnnxFile } = await import('./onnx-network.ts');
  const open = () => openOnnxFile({ ...record, batchSize });
  const first = await open();
  const { width, hasTokens, anySize } = first;
  let opened: typeof first | undefined = first;
  const encoder = sectionEncoder({
    name,
    version,
    width,
    input,
    hasTokens,
    smallestPx: anySize ? 1 : undefined,
    async open(request) {
      const file = opened ?? (await open());
      opened = undefined;
      return file.network(request);
    },
  });
  return {
    ...encoder,
    async dispose() {
      // The file that was opened to look into it, if nothing was encoded with it since.
      await opened?.close();
      opened = undefined;
      await encoder.dispose();
    },
  };
}

/** An encoder made of one of our backbones. */
export interface BackboneEncoderRecord {
  readonly name: string;
  readonly version: string;
  readonly backbone: Backbone;
  /** Parameters by the backbone's names; asked for when the first section is encoded. */
  readonly weights: () => HostArrays | Promise<HostArrays>;
  readonly input: ImageInput;
  readonly batchSize?: number;
  readonly engine?: EngineChoice;
}

/** A frozen encoder from a backbone with fixed weights, in evaluation mode. @throws as `openBackboneNetwork`, on first use. */
export function createBackboneEncoder(record: BackboneEncoderRecord): NetworkEncoder {
  const { name, version, backbone, input, batchSize = BATCH, engine } = record;
  checkImageInput(name, input);
  return sectionEncoder({
    name,
    version,
    width: backbone.width,
    input,
    smallestPx: backbone.fixedPx ? undefined : backbone.smallestPx,
    hasTokens: true,
    open: async (request) =>
      openBackboneNetwork({
        backbone,
        weights: await record.weights(),
        input: { ...input, sizePx: request.sizePx },
        batchSize: batchAt(batchSize, input.sizePx, request),
        output: request.output,
        engine,
      }),
  });
}

/** Which untrained encoder to make. */
export interface UntrainedEncoderOptions {
  /** A name of `findBackbone`. */
  readonly backbone?: string;
  readonly seed?: number;
  readonly sizePx?: number;
  readonly engine?: EngineChoice;
}

/**
 * A convolutional encoder that was never trained, `untrained-resnet18` unless told otherwise: first weights from a seed. It
 * needs no download, and what a trained encoder scores beyond it is what training gave.
 */
export function createUntrainedEncoder(options: UntrainedEncoderOptions = {}): NetworkEncoder {
  const { backbone: named = 'resnet18', seed = 0, sizePx = 224, engine } = options;
  const backbone = findBackbone(named);
  return createBackboneEncoder({
    name: `untrained-${named}`,
    version: `1-seed-${seed}`,
    backbone,
    weights: () => initialise(openBranches(backbone.parameters), createRandom(seed, 'untrained-encoder', named)),
    input: { sizePx, ...imageNetPixels },
    engine,
  });
}

/** Batch norm weights that start at zero would switch a residual branch off for good: here they start at one. */
function openBranches(specs: ParameterSpecs): ParameterSpecs {
  return Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => {
      const closed = name.endsWith('.weight') && spec.init.kind === 'constant';
      return [name, closed ? { ...spec, init: ones } : spec];
    }),
  );
}
