import { similarities } from '@spotbench/core';
import { capital } from '../../report/format.ts';
import { SIMILARITY_WORDS } from '../../similarity/similarity-words.ts';
import { html } from '../html.ts';
import type { Page } from '../page-shell.ts';
import { pagePaths } from '../site-names.ts';

/** What the numbers mean, in a page. */
export function howToReadPage(): Page {
  return {
    path: pagePaths.howToRead,
    title: 'How to read',
    body: html`<h1>How to read these tables</h1>
      <h2>The number</h2>
      <p>
        PCC is the Pearson correlation between measured and predicted expression of one gene over the spots of one
        section that the method has not been trained on. It is averaged over the genes of the set, then over the
        sections of a patient, then over patients. 1 is perfect, 0 is no better than a constant.
      </p>
      <p>
        A method that predicts the same value everywhere scores 0 for that gene. A gene whose measured value is the same
        everywhere is left out. Both are counted in the column "Undefined".
      </p>
      <h2>Gene sets</h2>
      <dl>
        <dt>marker</dt>
        <dd>A published list for the tissue.</dd>
        <dt>HEG-50, HVG-50</dt>
        <dd>
          The 50 genes of highest mean and of highest variance in the training sections of a fold. Only protocols of
          tier "paper" take them from the test section, as those papers do.
        </dd>
        <dt>all</dt>
        <dd>Every gene that the methods predict.</dd>
      </dl>
      <h2>Protocols</h2>
      <dl>
        <dt>patient-out (headline)</dt>
        <dd>All sections of a patient are tested by a model that has seen none of them.</dd>
        <dt>slide-out (legacy)</dt>
        <dd>
          One section is left out; other sections of the same patient are in training, and there are more to train on.
          For both reasons most scores are higher; the difference is shown as the leakage gap.
        </dd>
        <dt>paper</dt>
        <dd>A paper's own conventions, kept so that its numbers can be compared; never mixed with the others.</dd>
      </dl>
      <h2>Whole sections</h2>
      <p>
        A method may get single genes right and the section wrong. These columns hold measured and predicted sections
        against each other as a whole; 1 is perfect, and nobody is ranked by them.
      </p>
      <dl>
        ${similarities.map(
          ({ name }) =>
            html`<dt>${SIMILARITY_WORDS[name].short}</dt>
              <dd>${capital(SIMILARITY_WORDS[name].asks)}</dd>`,
        )}
      </dl>
      <h2>Uncertainty</h2>
      <p>
        Brackets hold a 95 % interval: a hierarchical bootstrap over patients, sections and genes. Seeds are averaged
        first; their standard deviation has a column of its own. A rank stands with the interval of ranks that the
        resamples give. Methods of one tie group are not told apart. With fewer than 6 patients no difference can be
        significant, whatever the method, and the line under the table says so.
      </p>
      <h2>Controls</h2>
      <p>
        Controls bracket the scale and are never ranked: zeros and training-mean know nothing of the slide;
        position-only knows where a spot lies; library-size is told how many molecules each test spot has; ridge and
        nearest-neighbours learn from the same image features as the methods; noise is noise; oracle is the measured
        value with a little noise. A method marked "below" a control does worse than it on the ranking set.
      </p>
      <h2>Submitted predictions</h2>
      <p>
        Rows marked "submitted" were predicted elsewhere, from spots and genes handed out here, and scored here as every
        method is. Nobody here has seen how they were made, so they are never ranked.
      </p>
      <h2>Plots</h2>
      <dl>
        <dt>PCC by patient</dt>
        <dd>
          A box for each test patient over the genes of the set: quartiles, and whiskers to the lowest and highest gene.
        </dd>
        <dt>PCC of every gene</dt>
        <dd>All predicted genes from best to worst, mean over patients; orange dots are marker genes.</dd>
        <dt>Mean level</dt>
        <dd>
          Predicted mean of each gene across, measured mean up: on the dashed line the level is right. A correlation
          does not see this.
        </dd>
        <dt>Tenths of the spots</dt>
        <dd>
          For each gene and section the spots are cut into ten groups by predicted value; shown is the mean of each
          group, less the gene's measured mean, averaged over genes and sections. Flatter than the dashed line:
          differences between spots are exaggerated; steeper: too small.
        </dd>
        <dt>Spatial maps</dt>
        <dd>
          Measured and predicted values of one gene at their spots, in viridis, which is readable with colour-blindness
          and in grey. The scale is that of the measured values for both, or each map's own, as chosen; it is printed
          under each map.
        </dd>
        <dt>Critical-difference diagram</dt>
        <dd>Mean rank of each method over patients; methods joined by a bar are not told apart.</dd>
      </dl>
      <h2>Other conventions</h2>
      <p>
        Papers average differently (pooled spots, median gene, Fisher z, undefined genes dropped, genes taken from the
        test section), and the same predictions then give other numbers. All of those are derived from the same stored
        scores; docs/metrics.md lists them with their formulas.
      </p>`,
  };
}
