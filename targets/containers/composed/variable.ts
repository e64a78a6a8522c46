/** What compose replaces by the variable of the environment, or by the default where there is none. */
export function variable(name: string, otherwise: string): string {
  return `\${${name}:-${otherwise}}`
}
