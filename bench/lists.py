"""List pages at 100,000 artworks: requests per second and p95, beside a page that reads nothing."""

import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import httpx

from tests.product import Product, running

ARTWORKS = 100_000
_FILL = """
from webapp.accounts.models import User
from django.db import connection
owner = User.objects.get(email='robot@example.org')
with connection.cursor() as cursor:
    cursor.execute('''
        INSERT INTO catalogue_blob (sha256, content, size, content_type, created_at)
        SELECT encode(sha256(n::text::bytea), 'hex'), gen_random_uuid(), 1, 'image/jpeg', now()
        FROM generate_series(1, %s) n''', [{count}])
    cursor.execute('''
        INSERT INTO catalogue_artwork (id, owner_id, original_id, medium, title, filename, format,
            bytes, width, height, thumbhash, state, error_code, error_text, score_mean, created_at)
        SELECT gen_random_uuid(), %s, encode(sha256(n::text::bytea), 'hex'),
            CASE WHEN n %% 5 = 0 THEN 'painting' ELSE 'photo' END, 'Picture ' || n, n || '.jpg',
            'JPEG', 1, 600 + n %% 900, 600, '1QcSHQRnh493V4dIh4eXh1h4kJUI', 'ready', '', '',
            1 + 9 * random(), now() - n * interval '1 minute'
        FROM generate_series(1, %s) n''', [owner.pk, {count}])
    cursor.execute('ANALYZE catalogue_artwork')
"""
PATHS = {
    "first page": "/api/v1/artworks?limit=60",
    "page at 50,000": "/api/v1/artworks?limit=60&offset=50000",
    "by score, filtered": "/api/v1/artworks?limit=60&sort=-score&score_min=7&medium=photo",
    "layout of all": "/api/v1/artworks/layout",
}


def measure(url: str, headers: dict[str, str], *, seconds: float) -> tuple[float, float]:
    """Requests per second and p95 in milliseconds, two connections kept alive."""

    def hammer(_: int) -> list[float]:
        waits: list[float] = []
        with httpx.Client(headers=headers) as http:
            end = time.perf_counter() + seconds
            while (began := time.perf_counter()) < end:
                assert http.get(url).status_code < 400
                waits.append(time.perf_counter() - began)
        return waits

    with ThreadPoolExecutor(2) as pool:
        waits = [wait for part in pool.map(hammer, range(2)) for wait in part]
    return len(waits) / seconds, 1000 * statistics.quantiles(waits, n=20)[-1]


def fill(product: Product) -> None:
    """100,000 rows straight into the tables; lists never touch bytes."""
    product.manage("shell", "-v0", "-c", _FILL.format(count=ARTWORKS))


def main() -> None:
    """Print one line per list."""
    with running() as product:
        headers = {"authorization": f"Bearer {product.token()}"}
        fill(product)
        bare, p95 = measure(f"{product.url}/healthz", {}, seconds=3)
        print(f"baseline /healthz: {bare:.0f} requests/s, p95 {p95:.1f} ms")
        for name, path in PATHS.items():
            rate, p95 = measure(f"{product.url}{path}", headers, seconds=3)
            print(f"{name}: {rate:.0f} requests/s, p95 {p95:.1f} ms, ratio {rate / bare:.3f}")


if __name__ == "__main__":
    main()
