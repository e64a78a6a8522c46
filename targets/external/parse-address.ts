/** Of HOST:PORT, as `lab.config.ts` has it. */
export function parseAddress(text: string): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(`tcp://${text}`)
  return { host: hostname, port: Number(port) }
}
