"""A page and a picture as the scripted server sends them."""

JPEG = b"\xff\xd8\xff\xe0" + b"\x01" * 600 + b"good"
PAGE = b"<html><title>Moa</title><body><p>A quiet page about gardens.</p><img src=/a.jpg></body>"
