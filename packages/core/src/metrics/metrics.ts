import { mae } from './mae.ts';
import type { Metric } from './metric.ts';
import { mse } from './mse.ts';
import { pearson } from './pearson.ts';
import { r2 } from './r2.ts';
import { spotPearson } from './score-spots.ts';
import { spearman } from './spearman.ts';

/** Every metric, headline first. */
export const metrics: readonly Metric[] = [pearson, spearman, r2, mse, mae, spotPearson];
