import { fileURLToPath } from 'node:url'
import { LabError, messageOf } from '../../../lab/base/errors.ts'
import { goInstall } from '../../../targets/runtime/go-install.ts'
import { runTool } from '../../../targets/runtime/run-tool.ts'
import { seek } from '../../../targets/testing/seek.ts'

const cliModule = 'github.com/Shopify/toxiproxy/v2/cmd/cli@v2.12.0'
const folder = fileURLToPath(new URL('go/', import.meta.url))

/** Clients that need Go's tool chain to be built. */
export interface GoTools {
  /** Toxiproxy's command line; resolves to its stdout and stderr, and its exit code. */
  cli(url: string, ...args: readonly string[]): Promise<string>
  /** Our program over Toxiproxy's Go client. */
  goClient(url: string, upstream: string): Promise<string>
}

/**
 * The tools, built where they are not yet; undefined, and said aloud, where Go is missing or cannot
 * fetch them, unless `LAB_REQUIRE` contains `go`.
 */
export async function goTools(): Promise<GoTools | undefined> {
  return (await seek('Go', buildTools)).found
}

async function buildTools(): Promise<GoTools> {
  try {
    const binary = await goInstall(cliModule, message => console.warn(message))
    await runTool('go', ['build', '-o', '/dev/null', '.'], { cwd: folder })
    return {
      cli: (url, ...args) =>
        runTool(binary, ['--host', url, ...args]).catch(error => String(error.message)),
      goClient: (url, upstream) => runTool('go', ['run', '.', url, upstream], { cwd: folder }),
    }
  } catch (cause) {
    throw new LabError(
      {
        code: 'no-go',
        expected: 'to build toxiproxy-cli and a program over the Go client',
        found: messageOf(cause),
        why: 'both show that what is in use with Toxiproxy works with ours unchanged',
        next: 'install Go: sudo apt-get install golang, or brew install go',
        cause,
      },
      'unable',
    )
  }
}
