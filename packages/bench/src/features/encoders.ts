import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { handcraftedEncoder, hashFile, lookUp, SpotbenchError, type FrozenEncoder } from '@spotbench/core';
import { z } from 'zod';
import type { Workspace } from '../workspace/workspace.ts';

/** encoders.json: a user's own ONNX encoders, by name. Paths are relative to the workspace. */
export const encodersSchema = z.record(
  z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  z.strictObject({
    version: z.string().describe('Bumped when the file changes.'),
    path: z.string(),
    sizePx: z.int().positive().describe('Side of the images it takes.'),
    fieldOfViewPx: z
      .int()
      .positive()
      .optional()
      .describe('Side of what they show, in pixels of the slide; sizePx where absent.'),
    mean: z.tuple([z.number(), z.number(), z.number()]).describe('Subtracted from pixels scaled to 0..1.'),
    std: z.tuple([z.number(), z.number(), z.number()]).describe('Divided by.'),
    inputName: z.string().optional(),
    outputName: z.string().optional(),
    tokensOutputName: z.string().optional().describe('An output [B, T, D] beside the features, for the view tokens.'),
    batchSize: z.int().positive().optional(),
  }),
);

/** Encoders that need no download. Networks are loaded when they are used. */
const builtIn: Readonly<Record<string, () => Promise<FrozenEncoder>>> = {
  handcrafted: () => Promise.resolve(handcraftedEncoder),
  'untrained-resnet18': async () => (await import('@spotbench/engine')).createUntrainedEncoder(),
};

/** True for an encoder of this repository, whose source alone decides its features. */
export function isBuiltIn(name: string): boolean {
  return Object.hasOwn(builtIn, name);
}

/** The names of every encoder of a workspace. @throws SpotbenchError `bad-config` when encoders.json is malformed. */
export function encoderNames(workspace: Workspace): string[] {
  return [...Object.keys(builtIn), ...Object.keys(userEncoders(workspace))];
}

/** A frozen encoder by name. @throws SpotbenchError `unknown-name` listing the nearest; as the encoder's factory does. */
export async function findEncoder(workspace: Workspace, name: string): Promise<FrozenEncoder> {
  const own = Object.entries(userEncoders(workspace)).map(([key, record]) => {
    const { path, inputName, outputName, tokensOutputName, batchSize, sizePx, fieldOfViewPx, mean, std } = record;
    const open = async (): Promise<FrozenEncoder> => {
      const { createOnnxEncoder } = await import('@spotbench/engine');
      return createOnnxEncoder({
        name: key,
        version: await userEncoderVersion(workspace, key),
        path: resolve(workspace.root, path),
        input: { sizePx, fieldOfViewPx, mean, std },
        inputName,
        outputName,
        tokensOutputName,
        batchSize,
      });
    };
    return [key, open] as const;
  });
  return lookUp('encoder', name, { ...builtIn, ...Object.fromEntries(own) })();
}

/**
 * The version of an encoder of encoders.json: the weights are part of what the features are, so another file is another version.
 * @throws SpotbenchError `unknown-name`, `missing-data`.
 */
export async function userEncoderVersion(workspace: Workspace, name: string): Promise<string> {
  const { version, path } = lookUp('encoder', name, userEncoders(workspace));
  const file = resolve(workspace.root, path);
  if (!existsSync(file))
    throw new SpotbenchError('missing-data', `encoder ${name}: encoders.json names ${path}, which is not there`);
  return `${version}-${(await hashFile(file)).slice(0, 12)}`;
}

function userEncoders({ root }: Workspace): z.infer<typeof encodersSchema> {
  const path = join(root, 'encoders.json');
  if (!existsSync(path)) return {};
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new SpotbenchError('bad-config', `encoders.json: not valid JSON: ${(cause as Error).message}`, { cause });
  }
  const result = encodersSchema.safeParse(value);
  if (!result.success) throw new SpotbenchError('bad-config', `encoders.json: ${z.prettifyError(result.error)}`);
  return result.data;
}
