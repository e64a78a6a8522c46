import { fileURLToPath } from 'node:url'
import { goInstall } from '../../../targets/runtime/go-install.ts'
import { runTool } from '../../../targets/runtime/run-tool.ts'
import { isRequired } from '../../../targets/testing/missing.ts'

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
  try {
    const binary = await goInstall(cliModule, message => console.warn(message))
    await runTool('go', ['build', '-o', '/dev/null', '.'], { cwd: folder })
    return {
      cli: (url, ...args) =>
        runTool(binary, ['--host', url, ...args]).catch(error => String(error.message)),
      goClient: (url, upstream) => runTool('go', ['run', '.', url, upstream], { cwd: folder }),
    }
  } catch (error) {
    if (isRequired('go')) throw error
    console.warn(
      `Skipped: toxiproxy-cli and the Go client; they need Go (apt-get install golang, brew install go): ${error}`,
    )
    return undefined
  }
}
