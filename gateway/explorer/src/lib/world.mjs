// Makes world.json, the shapes of the countries, out of Natural Earth at
// 1:110 million (public domain), as the package world-atlas carries it (ISC):
//   npm install --no-save world-atlas@2.0.2 topojson-client@3.1.0 i18n-iso-countries@7.14.0
//   node src/lib/world.mjs > src/lib/world.json
// Antarctica is left out. Numbers are whole points of a drawing 1600 wide, in
// the projection Natural Earth I about 11° E, whose edge is in the Bering Strait
// and cuts no country.
import { createRequire } from 'node:module'
import { feature } from 'topojson-client'

const require = createRequire(import.meta.url)
const { numericToAlpha2 } = require('i18n-iso-countries')
const atlas = require('world-atlas/countries-110m.json')

const width = 1600
function project([lon, lat]) {
  const [l, p] = [((lon - 11) * Math.PI) / 180, (lat * Math.PI) / 180]
  const [p2, p4] = [p * p, p ** 4]
  return [
    l * (0.8707 - 0.131979 * p2 + p4 * (-0.013791 + p4 * (0.003971 * p2 - 0.001529 * p4))),
    p * (1.007226 + p2 * (0.015085 + p4 * (-0.044475 + 0.028874 * p2 - 0.005916 * p4))),
  ]
}
const [east] = project([191, 0])
const [, north] = project([0, 84])
const [, south] = project([0, -57])
const scale = width / (2 * east)
const at = (place) => {
  const [x, y] = project(place)
  return [Math.round((x + east) * scale), Math.round((north - y) * scale)]
}

/** A ring in one piece, with its middle on this side of the edge. */
function whole(ring) {
  let [last] = ring[0]
  const out = ring.map(([lon, lat]) => [(last = lon + 360 * Math.round((last - lon) / 360)), lat])
  const mean = out.reduce((sum, [lon]) => sum + lon, 0) / out.length
  const turn = 360 * Math.round((11 - mean) / 360)
  return out.map(([lon, lat]) => [lon + turn, lat])
}

/** Twice the signed area, and the middle of a ring. */
function middle(ring) {
  let [area, x, y] = [0, 0, 0]
  ring.forEach(([x1, y1], i) => {
    const [x2, y2] = ring[(i + 1) % ring.length]
    const cross = x1 * y2 - x2 * y1
    area += cross
    x += (x1 + x2) * cross
    y += (y1 + y2) * cross
  })
  return { area: Math.abs(area), x: area ? x / (3 * area) : ring[0][0], y: area ? y / (3 * area) : ring[0][1] }
}

const path = (ring) => {
  let [px, py] = ring[0]
  let d = `M${px} ${py}l`
  let steps = 0
  for (const [x, y] of ring.slice(1)) {
    if (x === px && y === py) continue
    d += `${steps++ && x - px >= 0 ? ' ' : ''}${x - px}${y - py < 0 ? '' : ' '}${y - py}`
    ;[px, py] = [x, y]
  }
  return steps > 1 ? d + 'z' : ''
}

const regions = feature(atlas, atlas.objects.countries)
  .features.filter((f) => f.id !== '010')
  .map((f) => {
    const polygons = f.geometry.type === 'Polygon' ? [f.geometry.coordinates] : f.geometry.coordinates
    const rings = polygons.flat().map((ring) => whole(ring).map(at))
    const largest = rings.reduce((a, b) => (middle(b).area > middle(a).area ? b : a))
    const { x, y } = middle(largest)
    const across = Math.max(...largest.map(([x]) => x)) - Math.min(...largest.map(([x]) => x))
    return { id: numericToAlpha2(f.id) ?? '', x: Math.round(x), y: Math.round(y), room: across, d: rings.map(path).join('') }
  })
  .sort((a, b) => (a.id < b.id ? -1 : 1))

console.log(`{\n "width": ${width}, "height": ${Math.round((north - south) * scale)},\n "regions": [\n${regions.map((r) => '  ' + JSON.stringify(r)).join(',\n')}\n ]\n}`)
