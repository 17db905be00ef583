import { lookUp } from '@spotbench/core';
import type { Backbone } from './backbone.ts';
import { densenet121 } from './densenet.ts';
import { mobilevitS } from './mobilevit.ts';
import { resnet18, resnet50 } from './resnet.ts';
import { vit } from './vit.ts';

/** The backbones by timm's names. */
const BACKBONES: Readonly<Record<string, () => Backbone>> = {
  densenet121: () => densenet121(),
  mobilevit_s: mobilevitS,
  resnet18,
  resnet50,
  vit_base_patch32_224: () => vit(),
};

/** A backbone by name. @throws SpotbenchError `unknown-name` listing the nearest. */
export function findBackbone(name: string): Backbone {
  return lookUp('backbone', name, BACKBONES)();
}
