import type { Command } from 'commander'

/** By their names: what loads a command, and adds it to the program. */
export type Commands = Readonly<Record<string, () => Promise<(program: Command) => void>>>
