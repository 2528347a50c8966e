// Pictures small enough to lie in the repository.

const LIMIT_BYTES = 120_000;

/** What the page shows as WebP, smaller and smaller until it fits. */
export async function picture(page) {
  const devtools = await page.context().newCDPSession(page);
  for (const quality of [88, 80, 70, 60, 45]) {
    const { data } = await devtools.send("Page.captureScreenshot", { format: "webp", quality });
    const bytes = Buffer.from(data, "base64");
    if (bytes.length <= LIMIT_BYTES) return bytes;
  }
  throw new Error(`${page.url()} does not fit into ${LIMIT_BYTES} bytes`);
}
