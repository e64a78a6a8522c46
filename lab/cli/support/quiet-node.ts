/** Of a project without `type: module`, whose TypeScript works all the same. */
const known = 'MODULE_TYPELESS_PACKAGE_JSON'

/** From now on Node's warning that a file was read twice is not shown: it is no matter of the lab's user. */
export function quietNode(): void {
  const { emitWarning } = process
  process.emitWarning = (warning: string | Error, ...more: readonly unknown[]) => {
    if (!JSON.stringify(more).includes(known))
      Reflect.apply(emitWarning, process, [warning, ...more])
  }
}
