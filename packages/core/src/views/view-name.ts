import type { FeatureView } from '../contracts/view.ts';
import { unknownName } from '../errors/unknown-name.ts';

const NAMED: readonly FeatureView[] = ['patch', 'tiles', 'tokens', 'neighbourhood', 'slide'];
const SCALE = /^scale-([1-9]\d{0,3})$/;

/** A view by its name. @throws SpotbenchError `unknown-name` listing the nearest. */
export function featureView(name: string): FeatureView {
  const view = name as FeatureView;
  if (NAMED.includes(view) || SCALE.test(name)) return view;
  throw unknownName('view', name, [...NAMED, 'scale-448', 'scale-672']);
}

/** Side in pixels to which `scale-<px>` resizes the crop; undefined for other views. */
export function scalePx(view: FeatureView): number | undefined {
  const px = SCALE.exec(view)?.[1];
  return px === undefined ? undefined : Number(px);
}
