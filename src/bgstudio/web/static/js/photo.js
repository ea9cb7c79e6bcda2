// Photos in the browser: checked, decoded, drawn. They stay in this tab's memory; no blob: or data: URL is made.
import { say } from "./words.js";

const DRAWN = 2048; // longest side that is kept for drawing
const READ = /\.(jpe?g|png|webp|avif|hei[cf]|tiff?|gif|bmp)$/i;
const main = document.getElementById("main");

/** Why a file cannot be taken, in words; empty where it can. */
export function problemWith(file) {
  const limit = Number(main.dataset.maxBytes) || 50e6;
  if (!file.type.startsWith("image/") && !READ.test(file.name)) return say("notes.bad_type", { name: file.name });
  if (!file.size) return say("notes.bad_empty", { name: file.name });
  if (file.size > limit) return say("notes.bad_size", { name: file.name, mb: (file.size / 1e6).toFixed(1), limit: Math.round(limit / 1e6) });
  return "";
}

/** The file as a canvas of at most 2048 px, with its true size; null where this browser cannot show the format. */
export async function decode(file) {
  let bitmap;
  try { bitmap = await createImageBitmap(file); } catch { return null; }
  const scale = Math.min(1, DRAWN / Math.max(bitmap.width, bitmap.height));
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(bitmap.width * scale)), Math.max(1, Math.round(bitmap.height * scale)));
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  const size = [bitmap.width, bitmap.height];
  bitmap.close();
  return { canvas, size };
}

/** A picture of our own server, decoded. */
export async function load(url) {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
}

/** Draw `image` so that it covers, or fits in, the canvas. */
export function draw(canvas, image, { cover = false, box = null, pad = 0 } = {}) {
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, canvas.width, canvas.height);
  if (!image) return;
  const [l, t, r, b] = box || [0, 0, image.naturalWidth || image.width, image.naturalHeight || image.height];
  const room = [canvas.width - 2 * pad, canvas.height - 2 * pad];
  const scale = (cover ? Math.max : Math.min)(room[0] / (r - l), room[1] / (b - t));
  const [w, h] = [(r - l) * scale, (b - t) * scale];
  context.imageSmoothingQuality = "high";
  context.drawImage(image, l, t, r - l, b - t, (canvas.width - w) / 2, (canvas.height - h) / 2, w, h);
}

/** The product's box in the pixels of the cut-out file, which has the photo's proportions or is cropped to the box. */
export function boxIn(image, cutout) {
  const [w, h] = [image.naturalWidth, image.naturalHeight];
  const whole = Math.abs(w / h - cutout.size[0] / cutout.size[1]) < 0.02;
  const scale = w / cutout.size[0];
  return whole ? cutout.box.map((value) => value * scale) : [0, 0, w, h];
}

/** An 8-bit gray PNG, as the service wants strokes: `gray` is one byte a pixel, row by row. */
export async function grayPng(gray, width, height) {
  const rows = new Uint8Array((width + 1) * height);
  for (let y = 0; y < height; y++) rows.set(gray.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  const packed = new Blob([rows]).stream().pipeThrough(new CompressionStream("deflate"));
  const data = new Uint8Array(await new Response(packed).arrayBuffer());
  const head = new Uint8Array(13);
  const view = new DataView(head.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  head.set([8, 0, 0, 0, 0], 8);
  const signature = new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10]);
  return new Blob([signature, chunk("IHDR", head), chunk("IDAT", data), chunk("IEND", new Uint8Array())], { type: "image/png" });
}

function chunk(name, data) {
  const out = new Uint8Array(data.length + 12);
  const view = new DataView(out.buffer);
  view.setUint32(0, data.length);
  out.set([...name].map((letter) => letter.charCodeAt(0)), 4);
  out.set(data, 8);
  let crc = -1;
  for (const byte of out.subarray(4, 8 + data.length)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  view.setUint32(8 + data.length, ~crc >>> 0);
  return out;
}
