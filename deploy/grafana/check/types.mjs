// Type-checks the dashboard, and changed copies of it, as literals in one TypeScript program. No file is written.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const here = dirname(fileURLToPath(import.meta.url));
const options = {
  strict: true, noEmit: true, skipLibCheck: true, types: [],
  target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler,
};

/** sources: name -> text of the JSON. Answers name -> list of "line: message"; '' holds faults of dashboard.ts itself. */
export function typeCheck(sources) {
  const files = new Map();
  for (const [name, json] of Object.entries(sources)) {
    // All on the first line, so that the lines of messages are those of the JSON.
    files.set(join(here, `${name}.virtual.ts`), `import type { FalconDashboard } from './dashboard.ts'; export default ${json.trimEnd()} satisfies FalconDashboard;\n`);
  }
  const withExtensions = { ...options, allowImportingTsExtensions: true };
  const host = ts.createCompilerHost(withExtensions);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (file) => files.has(file) || fileExists.call(host, file);
  host.readFile = (file) => files.get(file) ?? readFile.call(host, file);
  host.getSourceFile = (file, language, ...rest) =>
    files.has(file) ? ts.createSourceFile(file, files.get(file), language) : getSourceFile.call(host, file, language, ...rest);

  const own = join(here, 'dashboard.ts');
  const program = ts.createProgram([own, ...files.keys()], withExtensions, host);
  const faultsOf = (file) => {
    const source = program.getSourceFile(file);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map((fault) => {
      const { line } = source.getLineAndCharacterOfPosition(fault.start ?? 0);
      return `${line + 1}: ${ts.flattenDiagnosticMessageText(fault.messageText, '\n    ')}`;
    });
  };
  const global = [...program.getOptionsDiagnostics(), ...program.getGlobalDiagnostics()].map((fault) => ts.flattenDiagnosticMessageText(fault.messageText, '\n'));
  return Object.fromEntries([['', [...global, ...faultsOf(own)]], ...[...files.keys()].map((file, i) => [Object.keys(sources)[i], faultsOf(file)])]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(typeCheck({ falcon: readFileSync(join(here, '../dashboards/falcon.json'), 'utf8') }));
