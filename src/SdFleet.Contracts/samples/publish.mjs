// Publishes one job to SdFleet and waits until the broker has it.
//
//     node publish.mjs amqp://guest:guest@localhost:5672/ "a small white star on a blue background"
//
// Needs amqplib (npm install amqplib). Prints the job's id; GET /v1/jobs/<id> tells how it goes on.
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';

// Looked up from the folder it is started in, so that this file may lie anywhere.
const amqp = createRequire(`${process.cwd()}/`)('amqplib');

const [broker, prompt, traceparent] = process.argv.slice(2);
const job = { id: randomUUID(), tenant: 'default', prompt, images: 2 };

const connection = await amqp.connect(broker);
const channel = await connection.createConfirmChannel();

// A message that no queue takes comes back, and is confirmed after that.
let returned = false;
channel.on('return', () => { returned = true; });
channel.publish('sdfleet.submit', '', Buffer.from(JSON.stringify(job)), {
  contentType: 'application/json',
  persistent: true, // it survives the broker's restart
  mandatory: true,
  messageId: job.id,
  userId: decodeURIComponent(new URL(broker).username), // the broker checks it; fleets that know their publishers ask for it
  headers: traceparent ? { traceparent } : {},
});

// Publish again under the same id whenever in doubt: that is one job.
await channel.waitForConfirms();
await connection.close();
if (returned) throw new Error('no queue takes submissions: has the coordinator been started once?');
console.log(job.id);
