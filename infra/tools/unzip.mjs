// node unzip.mjs ARCHIVE ENTRY FILE: takes one file out of a zip archive (APPNOTE 4.3), as Node has no unzip of its own.
import { readFileSync, writeFileSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';

const [archive, entry, file] = process.argv.slice(2);
const zip = readFileSync(archive);
const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
if (end < 0) throw new Error(`${archive} is no zip archive`);

let at = zip.readUInt32LE(end + 16);
for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
  const [method, packed] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 20)];
  const [name, extra, comment] = [28, 30, 32].map(o => zip.readUInt16LE(at + o));
  const local = zip.readUInt32LE(at + 42);
  if (zip.toString('utf8', at + 46, at + 46 + name) === entry) {
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const bytes = zip.subarray(start, start + packed);
    writeFileSync(file, method === 0 ? bytes : inflateRawSync(bytes));
    process.exit(0);
  }
  at += 46 + name + extra + comment;
}
throw new Error(`${archive} has no ${entry}`);
