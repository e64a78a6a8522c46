import { metricsPage } from './metrics-page.ts'

/** Every file that is written from the lists, by its path in the project. */
export async function generated(): Promise<Readonly<Record<string, string>>> {
  return { 'docs/metrics.md': metricsPage() }
}
