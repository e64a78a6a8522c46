import type { ServerKind } from './find-server.ts'

export const chromiumShell: ServerKind = {
  name: 'Chromium',
  command: 'chromium-headless-shell',
  variable: 'CHROMIUM_BIN',
  versionArgs: ['--version'],
  // Its data must lie beside it, also where the common package is installed.
  packages: ['chromium-headless-shell', 'chromium-common'],
  inPackages: ['usr/lib/chromium/chromium-headless-shell', 'usr/bin/chromium-headless-shell'],
  install: {
    apt: 'sudo apt-get install chromium-headless-shell',
    homebrew: 'brew install --cask chromium, and CHROMIUM_BIN=<its program>',
    docker: 'docker run chromedp/headless-shell',
  },
}
