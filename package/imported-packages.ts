import { isBuiltin } from "node:module";
import typescript from "typescript";

/**
 * The packages that a module's text, JavaScript or declarations, imports by name in whatever way, without Node's own; sorted,
 * each once.
 */
export function importedPackages(text: string): string[] {
  const { importedFiles } = typescript.preProcessFile(text, true, true);
  const names = importedFiles
    .map(({ fileName }) => fileName)
    .filter((name) => !name.startsWith(".") && !isBuiltin(name))
    .map(packageOf);
  return [...new Set(names)].sort();
}

/** `@scope/name/path.ts` and `name/path` without their paths. */
function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}
