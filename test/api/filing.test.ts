import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { link } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fileAway, freeName, originalName, putBack } from '../../api/intake/filing.ts';
import { problem } from '../../domain/errors.ts';

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  return { ...real, link: vi.fn(real.link) };
});

describe('names of filed files', () => {
  it.each(['a.xml', 'a', 'invoice.20240101.xml', 'a.tar.gz', '.xml', `${'x'.repeat(251)}.xml`, `${'ä'.repeat(125)}.json`, `a.${'y'.repeat(253)}`, `${'😀'.repeat(63)}.md`])('%s: another one is as long as a name may be, keeps its ending and tells the first', (name) => {
    const free = freeName(freeName(name));
    expect(Buffer.byteLength(free)).toBeLessThanOrEqual(255);
    expect(free).not.toBe(name);
    expect(free).not.toContain('\ufffd');
    expect(free.match(/\.again-[0-9a-f]{8}/g)).toHaveLength(1);
    const told = originalName(free);
    if (Buffer.byteLength(name) < 240) expect(told).toBe(name);
    expect(originalName(freeName(free))).toBe(told);
    expect(Buffer.byteLength(freeName(name, 242))).toBeLessThanOrEqual(242);
  });
});

describe('a file that is filed or given back', () => {
  let folder: string;
  const taking = () => join(folder, '.taking', 'a.xml');
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kontor-filing-'));
    mkdirSync(join(folder, '.taking'));
    writeFileSync(taking(), 'first');
  });
  afterEach(() => {
    vi.mocked(link).mockReset();
    rmSync(folder, { recursive: true });
  });

  const refusedWith = (code: string) => vi.mocked(link).mockRejectedValueOnce(Object.assign(new Error(code), { code }));

  it.each([undefined, 'EPERM', 'ENOTSUP', 'EMLINK'])('keeps its name where that is free, also where a link fails with %s', async (code) => {
    if (code !== undefined) refusedWith(code);
    await putBack(taking(), folder, 'a.xml');
    expect(readFileSync(join(folder, 'a.xml'), 'utf8')).toBe('first');
    expect(existsSync(taking())).toBe(false);
  });

  it.each([undefined, 'EPERM'])('never takes the place of a newer one, also where a link fails with %s', async (code) => {
    writeFileSync(join(folder, 'a.xml'), 'second');
    if (code !== undefined) refusedWith(code);
    await putBack(taking(), folder, 'a.xml');
    const names = readdirSync(folder).filter((name) => name.endsWith('.xml')).sort();
    expect(names).toEqual([expect.stringMatching(/^a\.again-[0-9a-f]{8}\.xml$/), 'a.xml']);
    expect(names.map((name) => readFileSync(join(folder, name), 'utf8'))).toEqual(['first', 'second']);
  });

  it.each<[string, string, number]>([
    ['done', `${'x'.repeat(251)}.xml`, 255],
    ['refused', `${'x'.repeat(251)}.xml`, 242],
    ['refused', `${'ä'.repeat(124)}.json`, 242],
    ['refused', `${'x'.repeat(238)}.xml`, 242],
  ])('%s: a name as long as a name may be is shortened as far as it must, twice as well', async (state, name, most) => {
    const refused = state === 'refused' ? [problem('delivery-failed', 'why')] : [];
    for (const content of ['first', 'second']) {
      writeFileSync(taking(), content);
      await fileAway(taking(), folder, name, refused);
    }
    const names = readdirSync(folder).filter((found) => /\.(xml|json)$/.test(found) && !found.endsWith('.problem.json'));
    expect(names.map((found) => readFileSync(join(folder, found), 'utf8')).sort()).toEqual(['first', 'second']);
    for (const found of names) expect(Buffer.byteLength(found)).toBeLessThanOrEqual(most);
    for (const found of names) expect(existsSync(join(folder, `${found}.problem.json`))).toBe(refused.length > 0);
    if (Buffer.byteLength(name) <= most) expect(names).toContain(name);
  });

  it('one that cannot be moved leaves no problem beside nothing', async () => {
    rmSync(taking());
    await expect(fileAway(taking(), folder, 'a.xml', [problem('delivery-failed', 'why')])).rejects.toThrow('ENOENT');
    expect(readdirSync(folder)).toEqual(['.taking']);
  });

  it('nothing is left to do where another process was faster', async () => {
    rmSync(taking());
    await putBack(taking(), folder, 'a.xml');
    expect(readdirSync(folder)).toEqual(['.taking']);
  });

  it('tells where it cannot be', async () => {
    refusedWith('EPERM');
    await expect(putBack(taking(), join(folder, 'gone'), 'a.xml')).rejects.toThrow('ENOENT');
  });
});
