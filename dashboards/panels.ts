import type { Board } from './panel.ts'
import { gameDayPanels } from './panels/game-day.ts'
import { overviewPanels } from './panels/overview.ts'
import { proxyPanels } from './panels/proxy.ts'
import { servicePanels } from './panels/service.ts'

/** Every dashboard; the game-day console draws the same panels from here. */
export const boards: readonly Board[] = [
  { name: 'overview', title: 'Run of an experiment', panels: overviewPanels },
  { name: 'service', title: 'Service', panels: servicePanels },
  { name: 'proxy', title: 'Proxy', panels: proxyPanels },
  { name: 'game-day', title: 'Game day', panels: gameDayPanels },
]
