import {
  createRandom,
  type AnswerControl,
  type FeatureView,
  type FitContext,
  type Fitted,
  type FittedControl,
  type Method,
  type Progress,
  type TrainingData,
  type TrainingSlide,
} from '@spotbench/core';
import type { MadeContrastive } from '../contrastive/contrastive-method.ts';
import type { EngineRequest } from '../engines/choose-engine.ts';
import type { ConformanceExceptions } from './exceptions.ts';
import { plantedSlides, type PlantedOptions } from './planted-slides.ts';
import { withoutExpression } from './slide-parts.ts';

/** A method to check, and where. */
export interface Subject {
  readonly method: Method | AnswerControl;
  readonly exceptions: ConformanceExceptions;
  /** Engine and device, both chosen. */
  readonly engine: EngineRequest;
}

/** A method fitted on the made-up slides. */
export interface FittedSubject {
  readonly fitted: Fitted | FittedControl;
  readonly progress: readonly Progress[];
  /** Predictions of a slide: a method is handed no expression, an answer control the slide's own. [N, G] */
  readonly predict: (slide: TrainingSlide) => Promise<Float32Array>;
  readonly dispose: () => Promise<void>;
}

/** Three training sections, one for validation and one to test, of more spots than a query batch. */
const COHORT = { spots: 64, features: 24, genes: 16, noise: 0.3, seed: 20 };
const TEST_SPOTS = 150;
/** The slides are so small that threads would wait for each other longer than they compute. */
const THREADS = 1;
/** Tokens of views that have several. */
const TOKENS: Readonly<Partial<Record<FeatureView, number>>> = { tiles: 9, tokens: 5, slide: 6 };

/** Made-up data, and everything needed to fit the method on it. */
export class Rig {
  readonly subject: Subject;
  readonly config: unknown;
  readonly data: TrainingData;
  readonly test: TrainingSlide;

  /** @throws ZodError when the declared options are not the method's. */
  constructor(subject: Subject) {
    this.subject = subject;
    this.config = subject.method.configSchema.parse(subject.exceptions.options);
    const planted: Omit<PlantedOptions, 'sections'> = { ...COHORT, views: plantedViews(subject.method.views) };
    const [first, second, third, fourth] = plantedSlides({ ...planted, sections: 4 });
    const [test] = plantedSlides({ ...planted, sections: 1, spots: TEST_SPOTS });
    this.data = { genes: first.expression.genes, train: [first, second, third], validation: [fourth] };
    this.test = { ...test, id: 'test-section', patient: 'test-patient' };
  }

  /** The second-level parts of a contrastive method. */
  get contrastive(): MadeContrastive['contrastive'] | undefined {
    return (this.subject.method as Partial<MadeContrastive>).contrastive;
  }

  /** True for a control that is shown the test expression. */
  get seesAnswer(): boolean {
    return 'seesAnswer' in this.subject.method;
  }

  /** Fits the method, or another one in its place. */
  async fit({ seed = 0, method = this.subject.method } = {}): Promise<FittedSubject> {
    const progress: Progress[] = [];
    const context = { ...this.context(seed), onProgress: (step: Progress) => void progress.push(step) };
    const fitted = await method.fit(this.data, context);
    return {
      fitted,
      progress,
      predict: (slide) => this.predict(fitted, slide),
      dispose: async () => fitted.dispose?.(),
    };
  }

  /** Where everything is computed. */
  get engine() {
    return { ...this.subject.engine, threads: THREADS };
  }

  /** What surrounds a fit; the same for the same seed. */
  context(seed: number): FitContext {
    return { config: this.config, regime: 'frozen', seed, random: createRandom(seed, 'conformance'), ...this.engine };
  }

  /** As `FittedSubject.predict`, of anything fitted. */
  predict(fitted: Fitted | FittedControl, slide: TrainingSlide): Promise<Float32Array> {
    return this.seesAnswer
      ? fitted.predict(slide, slide.expression)
      : (fitted as Fitted).predict(withoutExpression(slide));
  }
}

function plantedViews(views: readonly FeatureView[] = ['patch']): PlantedOptions['views'] {
  return Object.fromEntries(views.filter((view) => view !== 'patch').map((view) => [view, TOKENS[view] ?? 1]));
}
