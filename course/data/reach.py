"""Whether the hosts of a data set can be reached: known in two seconds, whatever the network does."""

import socket
import threading
import time
from urllib.parse import urlsplit

SECONDS = 2.0


def unreachable(urls, seconds=SECONDS):
    """Return {host: why} of the hosts that did not begin to send their file within `seconds`.

    All hosts are asked at once, one file each, as TFDS will ask them: through the proxies of the environment.
    """
    import requests  # noqa: F401  (before the clock starts: it takes a while)

    by_host = {urlsplit(url).hostname: url for url in urls}
    answers = dict.fromkeys(by_host, f"no answer in {seconds:g} s")
    threads = [threading.Thread(target=_ask, args=(*item, seconds, answers), daemon=True) for item in by_host.items()]
    end = time.monotonic() + seconds
    for thread in threads:
        thread.start()
    for thread in threads:  # resolving a name, a proxy and redirections have no time limit of their own
        thread.join(max(0.0, end - time.monotonic()))
    return {host: why for host, why in list(answers.items()) if why}


def _ask(host, url, seconds, answers):
    import requests

    why = ""
    try:
        with requests.get(url, stream=True, timeout=seconds) as response:
            if response.status_code != 200:
                why = f"HTTP {response.status_code}"
    except requests.exceptions.ProxyError:
        why = "the proxy does not lead there"
    except requests.exceptions.SSLError:
        why = "its certificate is not accepted"
    except requests.exceptions.Timeout:
        return
    except (OSError, ValueError) as error:  # what requests raises is an OSError too
        why = "its name is not known here" if _from_resolver(error) else "no connection"
    answers[host] = why


def _from_resolver(error):
    while error is not None and not isinstance(error, socket.gaierror):
        error = error.__cause__ or error.__context__
    return error is not None
