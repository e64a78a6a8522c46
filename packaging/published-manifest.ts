import type { RootManifest } from './root-manifest.ts'

/** Part of the build itself: the report draws with it, and the package holds the part it draws with. */
const bundled = ['echarts']

/**
 * The `package.json` of the package. Its entries are the built files; its dependencies are those of
 * the repository whose code is not part of the build.
 */
export function publishedManifest({ exports, dependencies, ...root }: RootManifest) {
  const { name, version, description, license, peerDependencies, peerDependenciesMeta } = root
  return {
    name,
    version,
    description,
    license,
    keywords: ['chaos engineering', 'fault injection', 'resilience', 'toxiproxy', 'testing'],
    type: 'module',
    // From here on Node runs experiments that are written in TypeScript.
    engines: { node: '>=22.18' },
    bin: { 'resilience-lab': './lab/cli/main.js' },
    exports: {
      ...Object.fromEntries(Object.entries(exports).map(([entry, path]) => [entry, built(path)])),
      './package.json': './package.json',
    },
    // Processes and threads are started from its files, which must lie on a disk.
    preferUnplugged: true,
    dependencies: Object.fromEntries(
      Object.entries(dependencies).filter(([each]) => !bundled.includes(each)),
    ),
    peerDependencies,
    peerDependenciesMeta,
    publishConfig: { access: 'public', provenance: true },
  }
}

function built(path: string) {
  return { types: path.replace(/\.ts$/, '.d.ts'), default: path.replace(/\.ts$/, '.js') }
}
