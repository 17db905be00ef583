import { z } from 'zod';
import { badData } from './bad-data.ts';
import { decodeUtf8 } from './delimited-table.ts';
import { readBytes } from './read-bytes.ts';

const positive = z.number().positive();
const scaleFactorsSchema = z.object({
  tissue_hires_scalef: positive.optional(),
  tissue_lowres_scalef: positive.optional(),
  spot_diameter_fullres: positive.optional(),
  fiducial_diameter_fullres: positive.optional(),
  microns_per_pixel: positive.optional(),
});

/** How the images of a Space Ranger run relate. Each is absent where the file does not say. */
export interface ScaleFactors {
  /** Pixels of `tissue_hires_image.png` per pixel of the full-resolution image. */
  readonly hiresScale?: number;
  /** Pixels of `tissue_lowres_image.png` per pixel of the full-resolution image. */
  readonly lowresScale?: number;
  /** Full-resolution pixels. */
  readonly spotDiameterPx?: number;
  readonly fiducialDiameterPx?: number;
  /** Micrometres per full-resolution pixel; Visium HD only. */
  readonly umPerPx?: number;
}

/**
 * Reads `scalefactors_json.json` of a Space Ranger run.
 * @throws SpotbenchError `missing-data` when there is no such file, `bad-data` when it is not JSON or a factor is not a number
 * above 0.
 */
export async function readScaleFactors(path: string): Promise<ScaleFactors> {
  const result = scaleFactorsSchema.safeParse(parseJson(decodeUtf8(await readBytes(path), path), path));
  if (!result.success) throw badData(path, `not scale factors: ${z.prettifyError(result.error).replaceAll('\n', ' ')}`);
  const { data } = result;
  return {
    hiresScale: data.tissue_hires_scalef,
    lowresScale: data.tissue_lowres_scalef,
    spotDiameterPx: data.spot_diameter_fullres,
    fiducialDiameterPx: data.fiducial_diameter_fullres,
    umPerPx: data.microns_per_pixel,
  };
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw badData(path, `not JSON (${(cause as Error).message})`, undefined, cause);
  }
}
