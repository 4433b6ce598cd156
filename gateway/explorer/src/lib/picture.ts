// A block as a picture to take along: what it is, what it was counted from and
// where it comes from are part of it.
import { colour } from './mark'

export interface Picture {
  width: number
  height: number
  /** SVG elements, or a whole SVG element. */
  body: string
}

export interface Caption {
  title: string
  lines: string[]
  source: string
}

const escape = (text: string) => text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!)

/** The lines of a text that is not wider than `width`, broken between words. */
function broken(text: string, width: number, size: number): string[] {
  const most = Math.max(10, Math.floor(width / (size * 0.56)))
  return text.split(' ').reduce<string[]>((lines, word) => {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= most) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
    return lines
  }, [])
}

/** The whole picture as a document of its own. */
export function framed(picture: Picture, caption: Caption): string {
  const margin = 16
  const inner = picture.width
  let y = margin
  const out: string[] = []
  const write = (text: string, size: number, name: string, weight = 400) => {
    for (const line of broken(text, inner, size)) {
      y += size * 1.35
      out.push(`<text x="${margin}" y="${y}" font-size="${size}" font-weight="${weight}" fill="${colour(name)}">${escape(line)}</text>`)
    }
  }
  write(caption.title, 16, '--ink', 600)
  for (const line of caption.lines) write(line, 11.5, '--ink-soft')
  y += 12
  out.push(`<g transform="translate(${margin} ${y})">${picture.body}</g>`)
  y += picture.height
  write(caption.source, 10.5, '--ink-soft')
  const height = Math.ceil(y + margin)
  const width = inner + 2 * margin
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="Golos Text, Noto Sans, DejaVu Sans, sans-serif">` +
    `<rect width="${width}" height="${height}" fill="${colour('--card')}"/>${out.join('')}</svg>`
  )
}

/** The picture in points, twice as fine as on the page. */
export async function points(svg: string): Promise<Blob> {
  const address = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }))
  try {
    const image = new Image()
    image.src = address
    await image.decode()
    const canvas = document.createElement('canvas')
    canvas.width = image.naturalWidth * 2
    canvas.height = image.naturalHeight * 2
    canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height)
    return await new Promise((done, failed) => canvas.toBlob((b) => (b ? done(b) : failed(new Error('the picture has no points'))), 'image/png'))
  } finally {
    URL.revokeObjectURL(address)
  }
}

/** Hands a file to the reader. */
export function save(blob: Blob, name: string) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
