"""Open a pick-up, keep what was scanned, and end it; what may leave is decided by whoever calls."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.kit.ids import new_id, to_text
from orderan.shipping import rules
from orderan.shipping import store_manifests as store
from orderan.shipping.errors_manifests import LabelNotOnManifest, ManifestNotFound, ManifestOver
from orderan.shipping.manifests import MANIFEST_PREFIX, Manifest, ManifestScan
from orderan.shipping.states import MANIFEST, ManifestEvent, ManifestState


async def open_manifest(tx: Tx, location_id: UUID, courier: str, *, now: datetime) -> Manifest:
    """The courier's driver is here; a pick-up that is open already is the one, whichever phone asks.

    Raises:
        UnknownCourier: No courier has this code.
    """
    rules.courier(courier)
    made = Manifest(new_id(), location_id, courier, MANIFEST.initial, tx.actor, now, now, closed_by=None)
    if await store.insert_manifest(tx, made):
        return made
    there = await store.open_manifest_of(tx, location_id, courier)
    return there or await open_manifest(tx, location_id, courier, now=now)


async def locked_manifest(tx: Tx, manifest_id: UUID) -> Manifest:
    """An open manifest, locked.

    Raises:
        ManifestNotFound: The shop has none of this id.
        ManifestOver: It was closed or dropped.
    """
    found = await store.lock_manifest(tx, manifest_id)
    if found is None:
        raise ManifestNotFound(to_text(MANIFEST_PREFIX, manifest_id))
    if found.state != ManifestState.OPEN:
        raise ManifestOver
    return found


async def keep_scans(tx: Tx, manifest: Manifest, scans: Sequence[ManifestScan]) -> None:
    """Labels were scanned onto a locked manifest, each once."""
    if scans:
        await store.put_scans(tx, manifest.id, scans)


async def take_off(tx: Tx, manifest_id: UUID, awb: str) -> None:
    """A label is off the manifest again: its parcel stays here.

    Raises:
        ManifestNotFound, ManifestOver: Nothing of it can change.
        LabelNotOnManifest: It was not on it.
    """
    manifest = await locked_manifest(tx, manifest_id)
    if not await store.delete_scan(tx, manifest.id, awb):
        raise LabelNotOnManifest(awb)


async def end_manifest(tx: Tx, manifest: Manifest, event: ManifestEvent, *, now: datetime) -> None:
    """Close or drop a locked manifest."""
    was = ManifestState(manifest.state)
    becomes = MANIFEST.after(was, event)
    closed_by = tx.actor if event is ManifestEvent.CLOSE else None
    await store.set_manifest_state(tx, manifest.id, was=was, becomes=becomes, closed_by=closed_by, now=now)
