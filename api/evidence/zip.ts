import { promisify } from 'node:util';
import { crc32, deflateRaw } from 'node:zlib';

export interface ZipEntry {
  name: string;
  bytes: Buffer;
}

/** Off the main thread: a document of 20 MB takes about a second. */
const packedOf = promisify(deflateRaw);

const version = 20;
const utf8Names = 0x0800;
const deflated = 8;
const localHeader = 0x04034b50;
const centralHeader = 0x02014b50;
const endOfDirectory = 0x06054b50;

/** A zip file of up to 65535 entries and 4 GB; the same entries at the same time give the same bytes. */
export async function zipOf(entries: readonly ZipEntry[], at: Date): Promise<Buffer> {
  const stamp = dosTime(at);
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes } of entries) {
    const path = Buffer.from(name);
    const packed = await packedOf(bytes);
    const common = fieldsOf(stamp, crc32(bytes), packed.length, bytes.length, path.length);
    const local = Buffer.concat([word32(localHeader), word16(version), common, word16(0), path, packed]);
    directory.push(Buffer.concat([word32(centralHeader), word16(version), word16(version), common, word16(0), word16(0), word16(0), word16(0), word32(0), word32(offset), path]));
    locals.push(local);
    offset += local.length;
  }
  const index = Buffer.concat(directory);
  const end = Buffer.concat([word32(endOfDirectory), word16(0), word16(0), word16(entries.length), word16(entries.length), word32(index.length), word32(offset), word16(0)]);
  return Buffer.concat([...locals, index, end]);
}

/** What both headers say of a file, from its flags to the length of its name. */
function fieldsOf(stamp: { time: number; date: number }, checksum: number, packed: number, plain: number, nameLength: number): Buffer {
  return Buffer.concat([word16(utf8Names), word16(deflated), word16(stamp.time), word16(stamp.date), word32(checksum), word32(packed), word32(plain), word16(nameLength)]);
}

function dosTime(at: Date): { time: number; date: number } {
  return {
    time: (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1),
    date: ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate(),
  };
}

function word16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function word32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}
