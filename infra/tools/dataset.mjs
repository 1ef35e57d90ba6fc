// node dataset.mjs TOOLS COMMAND PATH: reads datasets as others would, and answers as JSON on standard output.
//   parquet FILE       -> { columns: [{ name, type, logical, optional }], groups, rows: [{ column: value }] }, read by hyparquet
//   json FILE          -> the document
//   imagefolder FOLDER -> { splits: { name: [row, ...] }, errors }, by the rules of Hugging Face's loader
// TOOLS is the folder that install.sh prints.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';

const [tools, command, path] = process.argv.slice(2);

async function parquet(file) {
  const { parquetMetadata, parquetReadObjects } = await import(pathToFileURL(join(tools, 'node_modules/hyparquet/src/index.js')));
  const bytes = readFileSync(file);
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const metadata = parquetMetadata(buffer);
  return {
    columns: metadata.schema.slice(1).map((column) => ({
      name: column.name,
      type: column.type,
      logical: column.logical_type?.type ?? null,
      optional: column.repetition_type === 'OPTIONAL',
    })),
    groups: metadata.row_groups.map((group) => Number(group.num_rows)),
    rows: await parquetReadObjects({ file: buffer }),
  };
}

/** The type that a loader would take a field for; JSON.parse no longer knows 7 from 7.0. */
function typeOf(line, name, value) {
  if (typeof value !== 'number') return typeof value;
  return /^-?\d+[,}]/.test(line.slice(line.lastIndexOf(`"${name}":`) + name.length + 3)) ? 'integer' : 'double';
}

/**
 * A folder below the root that is named like a split is one. A picture's row is in the nearest metadata.jsonl at or above it, under its
 * path relative to that file. Each picture has a row, each row a picture, and the fields are the same everywhere, with their types.
 */
function imagefolder(root) {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  const errors = [];
  const splits = {};
  let types = null;
  const tables = new Map();
  for (const file of files.filter((name) => name.endsWith(`${sep}metadata.jsonl`))) {
    const rows = new Map();
    for (const line of readFileSync(file, 'utf8').split('\n').filter((text) => text !== '')) {
      const row = JSON.parse(line);
      const rowTypes = JSON.stringify(Object.entries(row).map(([name, value]) => [name, typeOf(line, name, value)]));
      types ??= rowTypes;
      if (types !== rowTypes) errors.push(`${file}: ${rowTypes} instead of ${types}`);
      rows.set(row.file_name, row);
    }
    tables.set(dirname(file), rows);
  }
  for (const picture of files.filter((name) => name.endsWith('.png')).sort()) {
    const split = relative(root, picture).split(sep)[0];
    if (!['train', 'validation', 'test'].includes(split)) continue;
    let folder = dirname(picture);
    while (!tables.has(folder) && folder !== dirname(folder)) folder = dirname(folder);
    const row = tables.get(folder)?.get(relative(folder, picture).split(sep).join('/'));
    if (row === undefined) {
      errors.push(`${picture}: no row`);
      continue;
    }
    tables.get(folder).delete(row.file_name);
    const { file_name: _, ...fields } = row;
    (splits[split] ??= []).push({ ...fields, digest: createHash('sha256').update(readFileSync(picture)).digest('hex') });
  }
  for (const [folder, rows] of tables) for (const name of rows.keys()) errors.push(`${folder}: no picture ${name}`);
  return { splits, errors };
}

const commands = { parquet, imagefolder, json: (file) => JSON.parse(readFileSync(file, 'utf8')) };
const answer = await commands[command](path);
console.log(JSON.stringify(answer, (_, value) => (typeof value === 'bigint' ? Number(value) : value)));
