import { builtPrograms } from './built-programs.ts'

/** Vitest's global set-up: looks once for the built programs that the tests start hundreds of times. */
export default async function setUp(): Promise<void> {
  process.env.BUILT_PROGRAMS = (await builtPrograms()) ?? ''
}
