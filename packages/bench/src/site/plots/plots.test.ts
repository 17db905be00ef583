import { describe, expect, it } from 'vitest';
import { html } from '../html.ts';
import { boxPlot } from './box-plot.ts';
import { renderPlot } from './render-plot.ts';

const values = ['P', 'Q'].flatMap((patient) => [0.05, 0.15, 0.25].map((pcc, i) => ({ patient, gene: `g${i}`, pcc })));

describe('renderPlot', () => {
  it('gives the same text whatever was drawn before', async () => {
    const first = (await renderPlot(boxPlot('a', 'HVG-50', values))).text;
    await renderPlot(boxPlot('b', 'HVG-50', values.slice(0, 4)));
    expect((await renderPlot(boxPlot('a', 'HVG-50', values))).text).toBe(first);
  });

  it('rounds places and not the numbers of an axis', async () => {
    const { text } = await renderPlot(boxPlot('a', 'HVG-50', values));
    const labels = [...text.matchAll(/<text[^>]*>([^<]*)</g)].map((m) => m[1]);
    expect(labels).toEqual(expect.arrayContaining(['0.05', '0.15', '0.25', 'P', 'Q']));
    expect(text).not.toMatch(/translate\([^)]*\.\d\d/);
  });

  it('names and describes the drawing, escaped', async () => {
    const { text } = await renderPlot({ ...boxPlot('a', 'A<B', values), description: '"x" & y' });
    expect(text).toMatch(/^<svg [^>]*role="img" aria-labelledby="a-title a-desc">/);
    expect(text).toContain(
      '<title id="a-title">PCC of A&lt;B genes by patient</title><desc id="a-desc">&quot;x&quot; &amp; y</desc>',
    );
  });
});

describe('html', () => {
  it('escapes what is put in, but for pieces of HTML', () => {
    expect(html`<p a="${'"'}">${'<b>'}${html`<i>${'&'}</i>`}${[html`1`, '>']}${false}${null}</p>`.text).toBe(
      '<p a="&quot;">&lt;b&gt;<i>&amp;</i>1&gt;</p>',
    );
  });
});
