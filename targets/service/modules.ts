import { accountsModule } from './accounts/module.ts'
import { agentsModule } from './agents/module.ts'
import { analyticsModule } from './analytics/module.ts'
import { blogModule } from './blog/module.ts'
import { chatModule } from './chat/module.ts'
import { checkoutModule } from './checkout/module.ts'
import { dataModule } from './data/module.ts'
import { filesModule } from './files/module.ts'
import type { Module } from './kit.ts'
import { mailModule } from './mail/module.ts'
import { marketplaceModule } from './marketplace/module.ts'
import { messagesModule } from './messages/module.ts'
import { ordersModule } from './orders/module.ts'
import { sessionsModule } from './sessions/module.ts'
import { settingsModule } from './settings/module.ts'

/** The application: adding a module means adding its line here. */
export const modules: readonly Module[] = [
  settingsModule,
  checkoutModule,
  chatModule,
  mailModule,
  accountsModule,
  sessionsModule,
  ordersModule,
  filesModule,
  blogModule,
  marketplaceModule,
  dataModule,
  analyticsModule,
  messagesModule,
  agentsModule,
]
