"""Population -> the parts of a line that say who speaks and from where, written once for each."""

from dataclasses import dataclass

import pyarrow as pa

from warehouse.simulate.columns import glue, words
from warehouse.simulate.moments import Moments
from warehouse.simulate.places import CAMPAIGNS, PLACES
from warehouse.simulate.population import DEVICES_PER_PERSON, PLATFORMS, Population

SHOP = "catalogue"
LIBRARIES = ("analytics.js", "analytics-ios", "analytics-android")
SERVER_CONTEXT = '"library":{"name":"analytics-python","version":"2.3.4"}}}\n'


@dataclass(frozen=True)
class Speakers:
    """JSON members by person and by device; the last device is the server, which has no id."""

    users: pa.StringArray
    devices: pa.StringArray
    contexts: pa.StringArray

    def members(self, moments: Moments) -> list[pa.StringArray]:
        """Write user, device and context of each moment; the context ends the line."""
        device = pa.array(moments.device % len(self.devices))
        campaign = words(
            [_campaign_member(number) for number in range(len(CAMPAIGNS))], moments.campaign
        )
        return [
            self.users.take(pa.array(moments.person, mask=~moments.known)),
            self.devices.take(device),
            glue('"context":{', campaign, self.contexts.take(device)),
        ]


def speakers_of(population: Population) -> Speakers:
    """Prepare the members of everyone in a block."""
    devices = population.devices
    place = population.place.repeat(DEVICES_PER_PERSON)
    contexts = glue(
        '"device":{"type":"',
        words(PLATFORMS, devices.platform),
        '"},"location":{"country":"',
        words([each.country for each in PLACES], place),
        '"},"locale":"',
        words([each.locale for each in PLACES], place),
        '","library":{"name":"',
        words(LIBRARIES, devices.platform),
        '","version":"4.1.0"}}}\n',
    )
    return Speakers(
        users=glue('"userId":"', population.user_id, '"'),
        devices=_with_server(glue('"anonymousId":"', devices.anonymous_id, '"'), None),
        contexts=_with_server(contexts, SERVER_CONTEXT),
    )


def the_shop() -> Speakers:
    """Prepare the shop itself: one device, no user."""
    return Speakers(
        users=pa.nulls(1, pa.string()),
        devices=pa.array([f'"anonymousId":"{SHOP}"'], pa.string()),
        contexts=pa.array([SERVER_CONTEXT], pa.string()),
    )


def _with_server(by_device: pa.StringArray, server: str | None) -> pa.StringArray:
    """Append the server, which every device number below zero refers to."""
    return pa.concat_arrays([by_device, pa.array([server], pa.string())])


def _campaign_member(number: int) -> str:
    campaign = CAMPAIGNS[number]
    if not campaign.source:
        return ""
    return (
        f'"campaign":{{"source":"{campaign.source}","medium":"{campaign.medium}",'
        f'"name":"{campaign.name}"}},'
    )
