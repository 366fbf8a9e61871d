import fc from 'fast-check';
import { expect, it } from 'vitest';
import { contentHash, earlierContentHash } from '../../api/middleware/content-hash.ts';

interface Part {
  field: string;
  name: string;
  type: string;
  content: string;
}

const word = fc.string({ minLength: 1, maxLength: 8, unit: fc.constantFrom('a', 'b', '-', '.', '1') });
const partArbitrary: fc.Arbitrary<Part> = fc.record({ field: word, name: word, type: word, content: fc.string({ maxLength: 30, unit: fc.constantFrom('x', '-', '\r', '\n', '\0', 'b') }) });
/** As clients make them: what stands in no content. */
const boundaryArbitrary = fc.stringMatching(/^-{0,6}[C-Z]{6,20}$/);

const written = (parts: readonly Part[], boundary: string) => parts.map(({ field, name, type, content }) => `--${boundary}\r\nContent-Disposition: form-data; name="${field}"; filename="${name}"\r\nContent-Type: ${type}\r\n\r\n${content}\r\n`).join('') + `--${boundary}--\r\n`;
const asked = (body: string, mediaType: string, query: Record<string, unknown> = {}) => contentHash({ bytes: Buffer.from(body, 'latin1'), mediaType, query, body: undefined });
const multipart = (parts: readonly Part[], boundary: string) => asked(written(parts, boundary), `multipart/form-data; boundary=${boundary}`);

it('the same parts are the same request under any boundary; another part, or another order, is another one', () => {
  fc.assert(
    fc.property(fc.array(partArbitrary, { maxLength: 5 }), fc.array(partArbitrary, { maxLength: 5 }), boundaryArbitrary, boundaryArbitrary, (parts, others, first, second) => {
      expect(multipart(parts, second)).toBe(multipart(parts, first));
      expect(multipart(others, second) === multipart(parts, first)).toBe(JSON.stringify(others) === JSON.stringify(parts));
    }),
    { numRuns: 200 },
  );
});

it.each(['boundary="b 1"', 'charset=utf-8; Boundary="b 1"', 'boundary="b 1"; boundary=other'])('%s names the boundary', (parameter) => {
  const parts = [{ field: 'document', name: 'a.xml', type: 'application/xml', content: '<a/>' }];
  expect(asked(written(parts, 'b 1'), `multipart/form-data; ${parameter}`)).toBe(multipart(parts, 'B'));
});

it('what stands before the first part is no part', () => {
  const type = 'multipart/form-data; boundary=B';
  expect(asked('\r\na\r\n--B--', type)).not.toBe(asked('--B\r\na\r\n--B--', type));
});

it('a body of nothing but boundaries is one whole: it costs no more than another of its size', () => {
  const many = '--B\r\n'.repeat(100);
  expect(asked(many, 'multipart/form-data; boundary=B')).not.toBe(asked(many.replaceAll('B', 'C'), 'multipart/form-data; boundary=C'));
});

it('the query is part of the request, in whatever order', () => {
  const query = (value: Record<string, unknown>) => asked('<a/>', 'application/xml', value);
  expect(query({ entity: 'DE01', messageId: '1' })).toBe(query({ messageId: '1', entity: 'DE01' }));
  const hashes = [{}, { entity: 'DE01' }, { entity: 'US01' }, { messageId: 'DE01' }, { entity: 'DE01', messageId: '1' }].map(query);
  expect(new Set(hashes).size).toBe(hashes.length);
});

it('the hash of earlier versions stays as it was, and is no hash of this one', () => {
  const content = { bytes: Buffer.from('<a/>'), mediaType: 'application/xml; charset=utf-8', body: undefined };
  const earlier = '215c4dbd8a6f2177213b5ee12d8d985dfee0c126b04cc6589c2ae6ad58e36fd1';
  expect([{}, { entity: 'DE01' }].map((query) => earlierContentHash({ ...content, query }))).toEqual([earlier, earlier]);
  expect(contentHash({ ...content, query: {} })).not.toBe(earlier);
});
