"""What went wrong in a look, in words: a sentence for each reason that a person can act on."""

from ansim.fetching.refusals import Outcome

FAILURE_SENTENCES: dict[Outcome, dict[str, str]] = {
    "name_not_found": {
        "en": "There is no site of this name. Check the spelling of the link.",
        "ko": "이런 이름의 사이트가 없습니다. 링크의 철자를 확인해 주세요.",
    },
    "name_service_failed": {
        "en": "The name service did not answer for this site. Try again later.",
        "ko": "이 사이트의 이름 서비스(DNS)가 답하지 않았습니다. 나중에 다시 시도해 주세요.",
    },
    "connect_failed": {
        "en": "The site did not accept the connection. Try again later.",
        "ko": "사이트에 연결하지 못했습니다. 나중에 다시 시도해 주세요.",
    },
    "tls_failed": {
        "en": "No secure connection to the site was possible. Try again later.",
        "ko": "사이트와 보안 연결을 맺지 못했습니다. 나중에 다시 시도해 주세요.",
    },
    "timed_out": {
        "en": "The site did not answer in time. Try again later.",
        "ko": "사이트가 제시간에 답하지 않았습니다. 나중에 다시 시도해 주세요.",
    },
    "too_large": {
        "en": "The answer was larger than the limit, so it was not read to its end.",
        "ko": "응답이 한도보다 커서 끝까지 읽지 않았습니다.",
    },
    "broken": {
        "en": "The site's answer could not be understood. Try again later.",
        "ko": "사이트의 응답을 이해할 수 없습니다. 나중에 다시 시도해 주세요.",
    },
}

_BAD_CERTIFICATE = {
    "en": "The site's certificate is not valid, so nothing was asked of it. Try again later.",
    "ko": "사이트의 인증서가 유효하지 않아 아무것도 요청하지 않았습니다. 나중에 다시 해 주세요.",
}
_DNS_CONTRADICTION = {
    "en": "Only one name server says that there is no site of this name. A second one must agree.",
    "ko": "이름 서버 한 곳만 이런 이름이 없다고 합니다. 두 번째 서버도 같아야 인정합니다.",
}
_BAD_FRAMING = {
    "en": "The answer's length or pieces contradict each other. Try again later.",
    "ko": "응답의 길이나 조각이 서로 맞지 않습니다. 나중에 다시 시도해 주세요.",
}
_CUT_OFF = {
    "en": "The answer ended before it was complete. Try again later.",
    "ko": "응답이 끝나기 전에 끊겼습니다. 나중에 다시 시도해 주세요.",
}
_HEADER_FLOOD = {
    "en": "The site sent more headers than the limit, so the answer was not read.",
    "ko": "사이트가 한도보다 많은 헤더를 보내 응답을 읽지 않았습니다.",
}
_NOT_HTTP = {
    "en": "What answered is no web server. Check the address.",
    "ko": "응답한 쪽이 웹 서버가 아닙니다. 주소를 확인해 주세요.",
}

REASON_SENTENCES: dict[tuple[Outcome, str], dict[str, str]] = {
    ("name_service_failed", "servfail"): {
        "en": "The name servers of this site are broken (SERVFAIL). Try again later.",
        "ko": "이 사이트의 이름 서버가 고장 났습니다(SERVFAIL). 나중에 다시 시도해 주세요.",
    },
    ("name_service_failed", "timeout"): {
        "en": "The name service did not answer in time for this site. Try again later.",
        "ko": "이 사이트의 이름 서비스(DNS)가 제시간에 답하지 않았습니다. 나중에 다시 해 주세요.",
    },
    ("name_service_failed", "refused"): {
        "en": "The name service refused the question. Check the name servers of this machine.",
        "ko": "이름 서비스(DNS)가 질문을 거절했습니다. 이 서버의 이름 서버 설정을 확인해 주세요.",
    },
    ("name_service_failed", "no_address"): {
        "en": "This name exists but has no address. Try again later.",
        "ko": "이름은 있지만 주소가 없습니다. 나중에 다시 시도해 주세요.",
    },
    ("name_service_failed", "nxdomain_once"): _DNS_CONTRADICTION,
    ("name_service_failed", "dangling"): {
        "en": "This name points to another name that does not exist. Try again later.",
        "ko": "이 이름이 가리키는 다른 이름이 없습니다. 나중에 다시 시도해 주세요.",
    },
    ("name_service_failed", "no_servers"): {
        "en": "This machine has no name server. Set ANSIM_NAMESERVERS.",
        "ko": "이 서버에 이름 서버가 없습니다. ANSIM_NAMESERVERS를 정해 주세요.",
    },
    ("connect_failed", "refused"): {
        "en": "The site's machine refused the connection. Try again later.",
        "ko": "사이트의 서버가 연결을 거절했습니다. 나중에 다시 시도해 주세요.",
    },
    ("connect_failed", "reset"): {
        "en": "The connection was cut off from outside. It may be blocked in this country.",
        "ko": "연결이 밖에서 끊겼습니다. 이 나라에서 차단되었을 수 있습니다.",
    },
    ("connect_failed", "closed"): {
        "en": "The site closed the connection without an answer. Try again later.",
        "ko": "사이트가 답하지 않고 연결을 닫았습니다. 나중에 다시 시도해 주세요.",
    },
    ("connect_failed", "unreachable"): {
        "en": "There is no way to the site's machine now. Try again later.",
        "ko": "지금은 사이트의 서버에 닿을 수 없습니다. 나중에 다시 시도해 주세요.",
    },
    ("connect_failed", "address_family"): {
        "en": "This vantage point cannot reach the site's kind of address (IPv4 or IPv6).",
        "ko": "이 지역에서는 사이트의 주소 방식(IPv4 또는 IPv6)에 닿을 수 없습니다.",
    },
    ("connect_failed", "peer"): {
        "en": "The connection was led to another machine, so it was ended. Check this network.",
        "ko": "연결이 다른 곳으로 이어져 끊었습니다. 이 서버의 네트워크를 확인해 주세요.",
    },
    ("connect_failed", "egress"): {
        "en": "The vantage point's own way out is broken: it says nothing about the site. "
        "Check its address or proxy in ANSIM_VANTAGES.",
        "ko": "확인 지역의 통로가 고장 났고 사이트와는 관계없습니다. "
        "ANSIM_VANTAGES의 주소나 프록시를 확인해 주세요.",
    },
    ("tls_failed", "certificate"): _BAD_CERTIFICATE,
    ("tls_failed", "expired"): {
        "en": "The site's certificate has expired, so nothing was asked of it. Try again later.",
        "ko": "사이트의 인증서가 만료되어 아무것도 요청하지 않았습니다. 나중에 다시 해 주세요.",
    },
    ("tls_failed", "not_yet_valid"): {
        "en": "The site's certificate is not valid yet. Check this machine's clock, or wait.",
        "ko": "사이트의 인증서가 아직 유효하지 않습니다. 이 서버의 시계를 확인하거나 기다려 주세요.",
    },
    ("tls_failed", "self_signed"): {
        "en": "The site vouches only for itself (self-signed), so nothing was asked of it.",
        "ko": "사이트가 스스로 서명한 인증서를 써서 아무것도 요청하지 않았습니다.",
    },
    ("tls_failed", "unknown_issuer"): {
        "en": "Nobody that is trusted signed the site's certificate, so nothing was asked of it.",
        "ko": "믿을 수 있는 곳이 서명한 인증서가 아니어서 아무것도 요청하지 않았습니다.",
    },
    ("tls_failed", "revoked"): {
        "en": "The site's certificate was revoked, so nothing was asked of it.",
        "ko": "사이트의 인증서가 폐기되어 아무것도 요청하지 않았습니다.",
    },
    ("tls_failed", "other_host"): {
        "en": "The certificate is that of another site, so nothing was asked of it.",
        "ko": "다른 사이트의 인증서여서 아무것도 요청하지 않았습니다.",
    },
    ("tls_failed", "stream"): {
        "en": "The secure connection broke in the middle of the answer. Try again later.",
        "ko": "응답 도중에 보안 연결이 깨졌습니다. 나중에 다시 시도해 주세요.",
    },
    ("timed_out", "connect"): {
        "en": "The site's machine did not take the connection in time. Try again later.",
        "ko": "사이트의 서버가 제시간에 연결을 받지 않았습니다. 나중에 다시 시도해 주세요.",
    },
    ("timed_out", "tls"): {
        "en": "The secure connection was not ready in time. Try again later.",
        "ko": "보안 연결이 제시간에 맺어지지 않았습니다. 나중에 다시 시도해 주세요.",
    },
    ("too_large", "headers"): _HEADER_FLOOD,
    ("too_large", "header_count"): _HEADER_FLOOD,
    ("too_large", "trailer"): _HEADER_FLOOD,
    ("too_large", "page_bytes"): {
        "en": "The page is larger than the limit, so it was not read to its end.",
        "ko": "페이지가 한도보다 커서 끝까지 읽지 않았습니다.",
    },
    ("too_large", "media_bytes"): {
        "en": "The picture or video is larger than the limit, so it was not read to its end.",
        "ko": "사진이나 영상이 한도보다 커서 끝까지 읽지 않았습니다.",
    },
    ("broken", "status_line"): _NOT_HTTP,
    ("broken", "head"): _CUT_OFF,
    ("broken", "truncated"): _CUT_OFF,
    ("broken", "interim"): {
        "en": "The site sent preliminary answers and never the real one. Try again later.",
        "ko": "사이트가 중간 응답만 보내고 실제 응답을 보내지 않았습니다. 나중에 다시 해 주세요.",
    },
    ("broken", "transfer_encoding"): _BAD_FRAMING,
    ("broken", "content_length"): _BAD_FRAMING,
    ("broken", "chunk_size"): _BAD_FRAMING,
    ("broken", "chunk_end"): _BAD_FRAMING,
    ("broken", "chunk_line"): _BAD_FRAMING,
    ("broken", "tiny_chunks"): _BAD_FRAMING,
    ("broken", "content_encoding"): {
        "en": "The answer is packed in a way that was not asked for, so it cannot be read.",
        "ko": "요청하지 않은 방식으로 압축된 응답이어서 읽을 수 없습니다.",
    },
    ("broken", "compressed_data"): {
        "en": "The answer's compressed data is damaged. Try again later.",
        "ko": "압축된 응답이 손상되었습니다. 나중에 다시 시도해 주세요.",
    },
    ("too_large", "gzip_members"): {
        "en": "The answer is packed in far too many parts, so it was not read to its end.",
        "ko": "응답이 지나치게 많은 조각으로 압축되어 있어 끝까지 읽지 않았습니다.",
    },
}


def failure_sentences(outcome: Outcome, reason: str, tls_error: str = "") -> dict[str, str]:
    """The sentence of a failed look by language, as exact as its reason allows.

    ``tls_error`` is that of the certificate (``facts.CERTIFICATE_ERRORS``).
    """
    for exact in (tls_error, reason):
        if sentences := REASON_SENTENCES.get((outcome, exact)):
            return sentences
    return FAILURE_SENTENCES[outcome]
