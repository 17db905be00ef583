/** Pretrained weights that a method's image backbone can start from. */
export interface WeightsEntry {
  /** Repository on the Hugging Face hub. */
  readonly repository: string;
  readonly file: string;
  /** As the repository's card states it. */
  readonly licence: string;
  /** What they were trained on, and by whom. */
  readonly source: string;
  /** Put before every name of the backbone to get the file's; `features.` where torchvision keeps the convolutions below it. */
  readonly prefix: string;
}

/** timm's ImageNet-1k weights, by the name of the backbone that takes them. */
export const weightsCatalogue = {
  densenet121: {
    repository: 'timm/densenet121.tv_in1k',
    file: 'model.safetensors',
    licence: 'apache-2.0',
    source: 'ImageNet-1k, torchvision',
    prefix: 'features.',
  },
  resnet50: {
    repository: 'timm/resnet50.a1_in1k',
    file: 'model.safetensors',
    licence: 'apache-2.0',
    source: 'ImageNet-1k, timm recipe A1 (Wightman et al. 2021)',
    prefix: '',
  },
  mobilevit_s: {
    repository: 'timm/mobilevit_s.cvnets_in1k',
    file: 'model.safetensors',
    licence: "other: Apple's sample code licence, see the repository",
    source: 'ImageNet-1k, CVNets (Mehta and Rastegari 2022)',
    prefix: '',
  },
  vit_base_patch32_224: {
    repository: 'timm/vit_base_patch32_224.augreg_in21k_ft_in1k',
    file: 'model.safetensors',
    licence: 'apache-2.0',
    source: 'ImageNet-21k, then ImageNet-1k, AugReg (Steiner et al. 2021)',
    prefix: '',
  },
} as const satisfies Readonly<Record<string, WeightsEntry>>;
