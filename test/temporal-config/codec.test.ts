import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ApplicationFailure, defaultPayloadConverter, type Payload, type SerializationContext } from '@temporalio/common';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { run as keys } from '../../bin/verbs/keys.ts';
import { requireKeyRing } from '../../temporal-config/converter.ts';
import { createKeyRing, encryptingKey, KeyRingFile, readKeyRing, rotateKeyRing } from '../../temporal-config/key-ring.ts';
import { encryptedEncoding, keyIdField, openKept, payloadCodec, viewedPayload, type PayloadRefusal } from '../../temporal-config/payload-codec.ts';

const folder = mkdtempSync(join(tmpdir(), 'kontor-ring-'));
afterAll(() => rmSync(folder, { recursive: true }));

const switchedOnAt = new Date('2026-11-20T09:00:00Z');
const before = new Date('2026-11-20T08:59:59.999Z');
const later = new Date('2026-11-20T10:00:00Z');
const inCase = (workflowId: string, namespace = 'finance'): SerializationContext => ({ type: 'workflow', namespace, workflowId });
const own = inCase('ap-invoice/DE01/1');
const payload = (value: unknown): Payload => defaultPayloadConverter.toPayload(value)!;
const valueOf = (opened: Payload | undefined): unknown => defaultPayloadConverter.fromPayload(opened!);
const text = (bytes: Uint8Array | null | undefined) => Buffer.from(bytes ?? []).toString('latin1');

let file: string;
let count = 0;
let refusals: PayloadRefusal[];
let starts: Record<string, Date>;

beforeEach(() => {
  file = join(folder, `ring-${(count += 1)}`, 'keys.json');
  refusals = [];
  starts = {};
});

const ring = () => createKeyRing(file, { now: switchedOnAt, switchedOnAt });
const codec = (marks = false) =>
  payloadCodec({ ring: new KeyRingFile(file), namespace: 'finance', runStart: async (id) => starts[id], refused: (one) => void refusals.push(one), marks, now: () => later });
const encrypted = async (value: unknown, context?: SerializationContext) => (await codec().encode([payload(value)], context))[0]!;

describe('payload codec', () => {
  it('gives back exactly what it was given, and shows nothing of it (S15)', async () => {
    ring();
    const one = codec();
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue(), { maxLength: 4 }), fc.string({ minLength: 1 }), async (values, id) => {
        const context = inCase(id);
        const plain = values.map(payload);
        const sealed = await one.encode(plain, context);
        expect(sealed.map(({ metadata }) => text(metadata?.['encoding']))).toEqual(values.map(() => encryptedEncoding));
        expect((await one.decode(sealed, context)).map(valueOf)).toEqual(plain.map(valueOf));
      }),
      { numRuns: 50 },
    );
    const canary = 'DE02120300000000202051';
    const sealed = await encrypted({ iban: canary }, own);
    expect(text(sealed.data)).not.toContain(canary);
    expect(JSON.stringify(sealed)).not.toContain('json/plain');
    expect(text((await encrypted('a', own)).data)).not.toBe(text((await encrypted('a', own)).data));
  });

  it('while there is no key ring payloads pass; an encrypted one is refused by its key', async () => {
    const plain = payload('x');
    expect(await codec().encode([plain], own)).toEqual([plain]);
    expect(await codec().decode([plain], own)).toEqual([plain]);
    ring();
    const sealed = await encrypted('x', own);
    rmSync(file);
    await expect(codec().decode([sealed], own)).rejects.toMatchObject({ type: 'payload-key-unknown' });
  });

  const altered = (sealed: Payload, change: (data: Buffer) => Buffer): Payload => ({ ...sealed, data: change(Buffer.from(sealed.data!)) });
  const flipped = (at: number) => (data: Buffer) => {
    data[at] = data[at]! ^ 1;
    return data;
  };
  it.each<[string, (sealed: Payload) => { sealed?: Payload; context?: SerializationContext | undefined }]>([
    ['another process', () => ({ context: inCase('ap-invoice/DE01/2') })],
    ['another namespace', () => ({ context: inCase('ap-invoice/DE01/1', 'other') })],
    ['no process', () => ({ context: undefined })],
    ['a cut tag', (sealed) => ({ sealed: altered(sealed, (data) => data.subarray(0, 20)) })],
    ['nothing left', (sealed) => ({ sealed: altered(sealed, () => Buffer.alloc(0)) })],
    ['a changed byte of the text', (sealed) => ({ sealed: altered(sealed, flipped(30)) })],
    ['a changed tag', (sealed) => ({ sealed: altered(sealed, flipped(13)) })],
    ['another form', (sealed) => ({ sealed: { ...sealed, metadata: { ...sealed.metadata, 'kontor-schema': Buffer.from('kontor-payload/0') } } })],
    ['the name of another process beside it', (sealed) => ({ sealed: { ...sealed, metadata: { ...sealed.metadata, 'kontor-process': Buffer.from('ap-invoice/US01/1') } } })],
    ['the older form', (sealed) => ({ sealed: { ...sealed, metadata: { ...sealed.metadata, 'kontor-schema': Buffer.from('kontor-payload/1') } } })],
    ['a loosened binding', (sealed) => ({ sealed: { ...sealed, metadata: { ...sealed.metadata, 'kontor-binding': Buffer.from('namespace') } }, context: undefined })],
  ])('S16: %s does not open and says so', async (_what, change) => {
    ring();
    const sealed = await encrypted('x', own);
    const changed = { sealed, context: own as SerializationContext | undefined, ...change(sealed) };
    const error = await codec().decode([changed.sealed], changed.context).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ApplicationFailure);
    expect(error).toMatchObject({ type: 'payload-altered', nonRetryable: true });
    expect(refusals).toMatchObject([{ code: 'payload-altered' }]);
  });

  it('what was written before payloads named their process is still read in it, and only there', async () => {
    const { switchedOnAt: since } = ring();
    const fixed = { id: 'payload-fixed', createdAt: since, encryptsFrom: since, key: Buffer.alloc(32, 7).toString('base64') };
    writeFileSync(file, JSON.stringify({ schema: 1, switchedOnAt: since, keys: [fixed] }), { mode: 0o600 });
    const metadata = { encoding: encryptedEncoding, [keyIdField]: 'payload-fixed', 'kontor-schema': 'kontor-payload/1', 'kontor-binding': 'process' };
    const old: Payload = {
      metadata: Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, Buffer.from(value)])),
      data: Buffer.from('iO5K1Tudnw8NfSjBVkCVL8EGDTICmnt8/iU3XsxU8pN5LloieAxiNFgkHKfZ5WFxAM+VnpYnNJlOy7pAl6NfuCwZgi1TbQ==', 'base64'),
    };
    expect(valueOf((await codec().decode([old], own))[0])).toEqual({ caseId: 'c-1' });
    await expect(codec().decode([old], inCase('ap-invoice/DE01/2'))).rejects.toMatchObject({ type: 'payload-altered' });
    const renamed = { ...old, metadata: { ...old.metadata, 'kontor-schema': Buffer.from('kontor-payload/2'), 'kontor-process': Buffer.from('ap-invoice/DE01/1') } };
    await expect(codec().decode([renamed], own)).rejects.toMatchObject({ type: 'payload-altered' });
    expect(viewedPayload({ ring: new KeyRingFile(file), namespace: 'finance' }, old)).toBeUndefined();
  });

  it('S16: a key that the ring does not hold is named', async () => {
    ring();
    const sealed = await encrypted('x', own);
    const foreign = { ...sealed, metadata: { ...sealed.metadata, [keyIdField]: Buffer.from('payload-other') } };
    await expect(codec().decode([foreign], own)).rejects.toThrow(/"payload-other"/);
    expect(refusals).toMatchObject([{ code: 'payload-key-unknown', workflowId: 'ap-invoice/DE01/1' }]);
  });

  it('what was encrypted for no process is never read inside one', async () => {
    ring();
    const loose = await encrypted('x');
    expect(valueOf((await codec().decode([loose]))[0])).toBe('x');
    await expect(codec().decode([loose], own)).rejects.toMatchObject({ type: 'payload-altered' });
  });

  it('a scheduled run reads what was encrypted for its schedule; an activity what its process wrote', async () => {
    ring();
    const sealed = await encrypted('x', inCase('erp-changes/DE01'));
    expect(valueOf((await codec().decode([sealed], inCase('erp-changes/DE01-2026-11-20T09:30:00Z')))[0])).toBe('x');
    await expect(codec().decode([sealed], inCase('erp-changes/US01-2026-11-20T09:30:00Z'))).rejects.toMatchObject({ type: 'payload-altered' });
    const activity: SerializationContext = { type: 'activity', namespace: 'finance', workflowId: 'ap-invoice/DE01/1', activityId: '7', isLocal: true };
    expect(valueOf((await codec().decode([await encrypted('y', own)], activity))[0])).toBe('y');
  });

  it.each<[string, Date | undefined, boolean]>([
    ['before the switch-on', before, true],
    ['at the switch-on', switchedOnAt, false],
    ['after it', later, false],
    ['never', undefined, false],
  ])('plaintext of a run that started %s', async (_when, start, accepted) => {
    ring();
    if (start) starts[own.workflowId!] = start;
    const opened = codec().decode([payload('x')], own);
    if (accepted) expect(valueOf((await opened)[0])).toBe('x');
    else await expect(opened).rejects.toMatchObject({ type: 'payload-plaintext' });
    await expect(codec().decode([payload('x')])).rejects.toMatchObject({ type: 'payload-plaintext' });
  });
});

describe('inside processes', () => {
  const marked = (code: string) => ({ kontorRefusedPayload: { code, message: expect.any(String) } });

  it('S16: what is refused for ever is replaced by a mark and told; the genuine payloads beside it are read', async () => {
    ring();
    const genuine = await encrypted({ eventId: 'e-1' }, own);
    const foreign = await encrypted('x', inCase('ap-invoice/DE01/2'));
    const opened = await codec(true).decode([payload('x'), genuine, foreign], own);
    expect(opened.map(valueOf)).toEqual([marked('payload-plaintext'), { eventId: 'e-1' }, marked('payload-altered')]);
    expect(refusals.map(({ code }) => code).sort()).toEqual(['payload-altered', 'payload-plaintext']);
  });

  it('S16: what could be read with a key that is missing goes along as it came, and is read when the key is back', async () => {
    ring();
    const sealed = await encrypted({ eventId: 'e-1' }, own);
    const kept = readFileSync(file);
    rmSync(file);
    ring();
    const mark = valueOf((await codec(true).decode([sealed], own))[0]) as { kontorRefusedPayload: { code: string; sealed: string } };
    expect(mark.kontorRefusedPayload).toMatchObject({ code: 'payload-key-unknown', sealed: expect.any(String) });
    const read = (workflowId = own.workflowId!) => openKept({ ring: new KeyRingFile(file), namespace: 'finance' }, mark.kontorRefusedPayload.sealed, workflowId);
    expect(() => read()).toThrow(expect.objectContaining({ type: 'payload-key-unknown' }));
    writeFileSync(file, kept);
    expect(read()).toEqual({ eventId: 'e-1' });
    expect(() => read('ap-invoice/DE01/2')).toThrow(expect.objectContaining({ type: 'payload-altered' }));
  });

  it('S16: what is larger than a message of ours is not kept beside its mark', async () => {
    ring();
    const sealed = await encrypted('x'.repeat(20_000), own);
    const foreign = { ...sealed, metadata: { ...sealed.metadata, [keyIdField]: Buffer.from('payload-other') } };
    expect(valueOf((await codec(true).decode([foreign], own))[0])).toEqual(marked('payload-key-unknown'));
  });

  it('a mark that somebody writes is refused like any plaintext; one that is encrypted by us is our own doing', async () => {
    ring();
    const forged = payload({ kontorRefusedPayload: { code: 'forged', message: 'forged' } });
    expect((await codec(true).decode([forged], own)).map(valueOf)).toEqual([marked('payload-plaintext')]);
  });
});

describe('in production', () => {
  it('nothing starts without a key ring', () => {
    const settings = { keyRingFile: file, nodeEnv: 'production', stateDir: dirname(file) };
    expect(() => requireKeyRing(settings)).toThrow(expect.objectContaining({ code: 'payload-keys-missing', message: expect.stringContaining(file) }));
    expect(() => requireKeyRing({ ...settings, nodeEnv: 'development' })).not.toThrow();
    ring();
    expect(() => requireKeyRing(settings)).not.toThrow();
  });
});

describe('once it was switched on', () => {
  const settings = (keyRingFile = file) => ({ keyRingFile, nodeEnv: 'development', stateDir: join(dirname(file), 'state') });
  const gone = (keyRingFile: string) => expect.objectContaining({ code: 'payload-keys-gone', message: expect.stringContaining(keyRingFile) as string });

  it('nothing starts in plaintext again: neither when the ring was moved away nor when its path is misspelt', () => {
    expect(() => requireKeyRing(settings())).not.toThrow();
    ring();
    requireKeyRing(settings());
    expect(() => requireKeyRing(settings(`${file}.typo`))).toThrow(gone(`${file}.typo`));
    renameSync(file, `${file}.away`);
    expect(() => requireKeyRing(settings())).toThrow(gone(file));
    expect(() => requireKeyRing({ ...settings(), nodeEnv: 'production' })).toThrow(gone(file));
    expect(() => requireKeyRing(settings(`${file}.away`))).not.toThrow();
    renameSync(`${file}.away`, file);
    expect(() => requireKeyRing(settings())).not.toThrow();
  });

  it('a record that cannot be read or written stops nobody who has the ring: it is a warning', async () => {
    ring();
    const told = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const { stateDir } = settings();
    expect(() => requireKeyRing(settings())).not.toThrow();
    const record = join(stateDir, 'payload-codec.json');
    expect(statSync(record).mode & 0o777).toBe(0o644);
    expect(told).not.toHaveBeenCalled();

    expect(() => requireKeyRing({ ...settings(), stateDir: join(file, 'no-folder') })).not.toThrow();
    rmSync(record);
    mkdirSync(record);
    expect(() => requireKeyRing(settings())).not.toThrow();
    expect(told.mock.calls.map(([message]) => message)).toEqual([expect.stringContaining(join(file, 'no-folder')), expect.stringContaining(record)]);
    told.mockRestore();
  });

  it.each<[string, (record: string) => void]>([
    ['cannot be read', (record) => mkdirSync(record, { recursive: true })],
    ['is damaged', (record) => (mkdirSync(dirname(record), { recursive: true }), writeFileSync(record, '{'))],
  ])('a record that %s, without the ring, is no leave to go on in plaintext', (_what, damage) => {
    const record = join(settings().stateDir, 'payload-codec.json');
    damage(record);
    expect(() => requireKeyRing(settings())).toThrow(expect.objectContaining({ code: 'payload-keys-gone', message: expect.stringContaining(record) as string }));
  });

  it('`keys create` remembers it at once, and makes no other ring in its place before the record is removed', async () => {
    const { stateDir } = settings();
    vi.stubEnv('KONTOR_STATE', stateDir).stubEnv('KONTOR_KEY_RING', file);
    vi.spyOn(console, 'log').mockImplementation(() => undefined);
    expect(await keys(['create'])).toBe(0);
    rmSync(file);
    const record = join(stateDir, 'payload-codec.json');
    await expect(keys(['create'])).rejects.toMatchObject({ code: 'payload-keys-gone', message: expect.stringContaining(record) as string });
    expect(existsSync(file)).toBe(false);
    rmSync(record);
    expect(await keys(['create'])).toBe(0);
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });
});

describe('key ring', () => {
  it('S17: the newest key whose time has come encrypts, the others decrypt; a running process notices', async () => {
    const first = ring().keys[0]!;
    const one = codec();
    const old = (await one.encode([payload('old')], own))[0]!;
    const [, second, third] = rotateKeyRing(rotateOnce(file), { now: switchedOnAt, encryptsFrom: new Date('2027-01-01T00:00:00Z') }).keys;
    const fresh = (await codec().encode([payload('new')], own))[0]!;
    expect([old, fresh].map(({ metadata }) => text(metadata?.[keyIdField]))).toEqual([first.id, second!.id]);
    expect((await one.decode([old, fresh], own)).map(valueOf)).toEqual(['old', 'new']);
    expect(encryptingKey(readKeyRing(file)!, new Date('2027-01-01T00:00:00Z')).id).toBe(third!.id);
  });

  it('is private, is made once, and shows no key when it cannot be read', () => {
    const { keys } = ring();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(() => ring()).toThrow(/is there already/);
    expect(readKeyRing(file)!.keys).toEqual(keys);
    const secret = keys[0]!.key.toString('base64');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"schema": 1', '"schema": 2'));
    expect(() => readKeyRing(file)).toThrow(expect.not.objectContaining({ message: expect.stringContaining(secret) }));
    chmodSync(file, 0o644);
    expect(() => readKeyRing(file)).toThrow(/chmod 600/);
  });

  it('that has disappeared is an error, not a return to plaintext', async () => {
    ring();
    const keys = new KeyRingFile(file);
    rmSync(file);
    expect(() => keys.current()).toThrow(/disappeared/);
  });
});

function rotateOnce(file: string): string {
  rotateKeyRing(file, { now: switchedOnAt, encryptsFrom: new Date('2026-11-20T09:30:00Z') });
  return file;
}
