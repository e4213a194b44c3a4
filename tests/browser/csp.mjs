// What Google's CSP Evaluator finds in the policies that stand on its input: { "policies": [...] }.
import { readFileSync } from "node:fs";
import { CspEvaluator } from "csp_evaluator/dist/evaluator.js";
import { CspParser } from "csp_evaluator/dist/parser.js";

const { policies } = JSON.parse(readFileSync(0, "utf8"));
const found = policies.map((policy) => new CspEvaluator(new CspParser(policy).csp).evaluate());
console.log(JSON.stringify(found));
