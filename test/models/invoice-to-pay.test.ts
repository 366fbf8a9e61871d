import { readdirSync, readFileSync } from 'node:fs';
import { BpmnModdle } from 'bpmn-moddle';
import { describe, expect, it } from 'vitest';

interface Element {
  $type: string;
  id: string;
  sourceRef?: Element;
  targetRef?: Element;
}

interface Process {
  id: string;
  flowElements: Element[];
}

const models = readdirSync(new URL('../../models/', import.meta.url)).filter((file) => file.endsWith('.bpmn')).map((file) => file.slice(0, -'.bpmn'.length));

describe.each(models)('the diagram of %s is the code', async (name) => {
  const workflow = readFileSync(new URL(`../../workflows/accounts-payable/${name}.ts`, import.meta.url), 'utf8');
  const { process, warnings } = await readModel(name);
  const tasks = process.flowElements.filter(({ $type }) => /Task$/.test($type)).map(({ id }) => id);
  const stages = [...workflow.matchAll(/^\/\*\* (\w+): /gm)].map(([, name]) => name!);

  it('is valid BPMN of the same process', () => {
    expect(warnings).toEqual([]);
    expect(workflow).toContain(`export async function ${process.id}(`);
  });

  it('task ids are the stage functions, each of which says its name in its comment', () => {
    expect(stages.length).toBeGreaterThan(5);
    expect([...tasks].sort()).toEqual([...stages].sort());
    for (const stage of stages) expect(workflow).toContain(`async function ${stage}(`);
  });

  it('every element but the start is reached, and every element but an end leads on', () => {
    const flows = process.flowElements.filter(({ $type }) => $type === 'bpmn:SequenceFlow');
    for (const element of process.flowElements.filter(({ $type }) => $type !== 'bpmn:SequenceFlow')) {
      const reached = flows.some(({ targetRef }) => targetRef === element) || /StartEvent|BoundaryEvent/.test(element.$type);
      const leadsOn = flows.some(({ sourceRef }) => sourceRef === element) || /EndEvent/.test(element.$type);
      expect([element.id, reached, leadsOn]).toEqual([element.id, true, true]);
    }
  });
});

describe('the ways of an invoice', async () => {
  const { process } = await readModel('invoice-to-pay');

  it('one that is being closed ends, is reversed first or, when its money comes back meanwhile, is assessed again (P8)', () => {
    expect(stagesAfter(process, 'closeCase')).toEqual(['assessInvoice', 'ended', 'reverseInErp']);
  });

  it('one that is corrected while it waits is reversed, one that is withdrawn or rejected is closed', () => {
    expect(stagesAfter(process, 'awaitPayment')).toEqual(['closeCase', 'reverseInErp']);
    expect(stagesAfter(process, 'awaitPeopleOrEvents')).toEqual(['assessInvoice', 'closeCase', 'reverseInErp']);
    expect(stagesAfter(process, 'reverseInErp')).toEqual(['assessInvoice', 'closeCase', 'reverseInErp']);
  });

  it('the picture in the README shows the same ones', () => {
    const [, picture = ''] = /```mermaid\n([^]*?)```/.exec(readFileSync(new URL('../../README.md', import.meta.url), 'utf8')) ?? [];
    const stageOf = new Map([...picture.matchAll(/(\w+)\[(\w+)/g)].map(([, name, stage]) => [name!, stage!]));
    const shown = [...picture.matchAll(/^ *(\w+)(?:\W.*)? -->(?:\|[^|]*\|)? (\w+)/gm)].map(([, from, to]) => [stageOf.get(from!) ?? from, stageOf.get(to!) ?? to].join(' to '));
    const drawn = process.flowElements.filter(({ $type }) => /Task$|StartEvent$/.test($type)).flatMap(({ id }) => stagesAfter(process, id).map((next) => `${id} to ${next}`));
    expect(shown.sort()).toEqual(drawn.sort());
  });
});

async function readModel(name: string): Promise<{ process: Process; warnings: unknown[] }> {
  const model = readFileSync(new URL(`../../models/${name}.bpmn`, import.meta.url), 'utf8');
  const { rootElement, warnings } = await new BpmnModdle().fromXML(model);
  return { process: (rootElement as { rootElements: Process[] }).rootElements[0]!, warnings };
}

/** The tasks and ends that an element leads to, through whatever gateways. */
function stagesAfter({ flowElements }: Pick<Process, 'flowElements'>, id: string): string[] {
  const next = flowElements.flatMap(({ sourceRef, targetRef }) => (sourceRef?.id === id && targetRef ? [targetRef] : []));
  return next.flatMap((element) => (/Gateway$/.test(element.$type) ? stagesAfter({ flowElements }, element.id) : [element.id])).sort();
}
