// How a test and a provider talk: one line of JSON in, one line of JSON out.
//
// A provider ends with its standard input, so that it never outlives the test that started it, not
// even one that was killed.
import { createInterface } from "node:readline";

/** Reads the test's wishes, starts the provider with them, and tells what it said. */
export async function provide(start) {
  const lines = createInterface({ input: process.stdin });
  lines.once("close", () => process.exit(0));
  const [wishes] = await new Promise((resolve) => lines.once("line", (line) => resolve([line])));
  const told = await start(JSON.parse(wishes));
  process.stdout.write(`${JSON.stringify(told)}\n`);
}
