/** Who may import whom: the table in ARCHITECTURE.md, as rules. Anything not allowed is forbidden. */
const npm = (...names) => names.map((name) => `^node_modules/(@types/)?${name}(/|$)`)
const room = (from, to, builtins = false) => ({
  name: `may-import:${from}`,
  severity: 'error',
  from: { path: `^src/${from}` },
  to: {
    pathNot: [`^src/${from}`, ...to],
    ...(builtins ? { dependencyTypesNot: ['core'] } : {})
  }
})
const src = (...rooms) => rooms.map((name) => `^src/${name}`)

const engineCommon = [
  ...src('core/', 'contracts/', 'recordings/', 'venues/venue\\.ts$', 'engine/storage/store\\.ts$')
]

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    room('core/market/', src('core/invariant\\.ts$')),
    room(
      'core/indicators/',
      src('core/market/', 'core/invariant\\.ts$').concat(npm('trading-signals'))
    ),
    room('core/alerts/', src('core/market/', 'core/indicators/', 'core/invariant\\.ts$')),
    room('core/pipeline/', src('core/')),
    room('contracts/', src('core/').concat(npm('zod'))),
    {
      name: 'may-import:venues',
      severity: 'error',
      from: { path: '^src/venues/([^/]+)/' },
      to: {
        pathNot: [
          '^src/venues/$1/',
          ...src('core/', 'venues/venue\\.ts$', 'venues/numbers\\.ts$'),
          ...npm('zod', 'ccxt')
        ]
      }
    },
    {
      name: 'may-import:venues-root',
      severity: 'error',
      from: { path: '^src/venues/[^/]+\\.ts$' },
      to: { pathNot: [...src('core/', 'venues/'), ...npm('zod')] }
    },
    room('recordings/', [...src('core/'), ...npm('hyparquet', 'hyparquet-writer')], true),
    room('engine/collector/', [...engineCommon, ...npm('ws')], true),
    room('engine/storage/', [...engineCommon, ...npm('better-sqlite3')], true),
    room('engine/replay/', engineCommon, true),
    room('engine/delivery/', [...engineCommon, ...npm('nodemailer')], true),
    room('engine/news/', [...engineCommon, ...npm('feedsmith')], true),
    room('engine/health/', engineCommon, true),
    {
      name: 'may-import:engine-root',
      severity: 'error',
      from: { path: '^src/engine/[^/]+\\.ts$' },
      to: {
        dependencyTypesNot: ['core'],
        pathNot: [...src('core/', 'contracts/', 'recordings/', 'engine/', 'venues/')]
      }
    },
    {
      name: 'engine-takes-venue-types-only',
      severity: 'error',
      from: { path: '^src/engine/' },
      to: { path: '^src/venues/venue\\.ts$', dependencyTypesNot: ['type-only'] }
    },
    room(
      'service/',
      [...src('core/', 'contracts/'), ...npm('ws', 'socket.io', 'pino', 'pino-roll', 'smol-toml')],
      true
    ),
    room('simulator/', [...src('core/', 'recordings/'), ...npm('ws')], true),
    room('headless/', src('service/', 'contracts/', 'simulator/'), true),
    room('main/', [...src('service/', 'core/', 'contracts/'), ...npm('electron')], true),
    {
      name: 'may-import:preload',
      severity: 'error',
      from: { path: '^src/preload/' },
      to: { pathNot: ['^src/preload/', '^src/contracts/', ...npm('electron')] }
    },
    {
      name: 'preload-takes-types-only',
      severity: 'error',
      from: { path: '^src/preload/' },
      to: { path: '^src/contracts/', dependencyTypesNot: ['type-only'] }
    },
    room('renderer/', [
      ...src('core/', 'contracts/'),
      ...npm(
        'react',
        'react-dom',
        'zustand',
        'lightweight-charts',
        'lucide-react',
        '@tanstack',
        'zod',
        'fancy-canvas'
      )
    ])
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js', '.d.ts'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types']
    }
  }
}
