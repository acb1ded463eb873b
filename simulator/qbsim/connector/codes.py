"""The QBWC codes that the Web Connector shows, as a table.

Source: Web Connector guide, appendix A; a code marked ``second_hand`` has one public report behind it
and no Intuit text. Codes that no public text explains are absent.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, final

from attrs import frozen


@final
@frozen
class Code:
    """``QBWC1012`` and the text it is shown with; ``{}`` stands for what is filled in."""

    code: str
    text: str
    second_hand: bool = False

    def shown(self, detail: str = "") -> str:
        """The line that the window and the log show."""
        text = self.text.replace("{}", detail) if "{}" in self.text else self.text
        return f"{self.code}: {text}".rstrip()


_CONNECTING = "An error occurred when connecting to QuickBooks. {}"
_UNABLE = "Unable to connect to QuickBooks. Task could not be completed. Reason: {}"
_SUPPORT = "The application {}'s support URL (AppSupport) could not be reached."
_FAILED_TO_RUN = (
    "QuickBooks Web Connector failed to run. Some trace information was captured during the failure. "
    "Please see QWCLog.txt file for trace information."
)

_TABLE: Final = (
    Code("QBWC1000", "The domain names for {}'s service and support URLs do not match."),
    Code("QBWC1001", "The application {}'s service URL is an IP Address, it will not be loaded."),
    Code("QBWC1002", "The application {}'s support URL is an IP Address, it will not be loaded."),
    Code("QBWC1003", _SUPPORT),
    Code("QBWC1004", _SUPPORT),
    Code("QBWC1005", _FAILED_TO_RUN),
    Code("QBWC1006", _FAILED_TO_RUN),
    Code("QBWC1007", _CONNECTING + " Please fix the problem and click Retry to try again."),
    Code("QBWC1008", _UNABLE),
    Code("QBWC1009", _UNABLE),
    Code(
        "QBWC1010",
        "Application {} cannot be loaded. For security reasons only SSL (https) based applications are "
        "allowed.",
    ),
    Code(
        "QBWC1011",
        "Application named {} does not exist in registry. It is possible that the view and registry is "
        "out of sync. Restart QuickBooks Web Connector.",
    ),
    Code("QBWC1012", "Authentication failed due to following error message.\n{}"),
    Code("QBWC1013", "Error connecting to QuickBooks. Returning error message to application. {}"),
    Code(
        "QBWC1014",
        "Could not get Host/Company/Preference Query response from QuickBooks. Job ending. {}",
    ),
    Code("QBWC1015", "{}"),
    Code("QBWC1016", "No application was selected for update."),
    Code("QBWC1017", "The following applications could not be updated. Applications named {}."),
    Code("QBWC1018", "No application available to select at this time."),
    Code("QBWC1019", "No application available to un-select at this time."),
    Code(
        "QBWC1020",
        "There are scheduled jobs. Web Connector will not be able to run these jobs if you exit. Do you "
        "still want to exit?",
    ),
    Code("QBWC1021", "{}"),
    Code("QBWC1022", _CONNECTING + " Please fix the problem and click OK to try again."),
    Code("QBWC1023", _UNABLE),
    Code("QBWC1024", _UNABLE),
    Code("QBWC1025", "Exiting the application. {}"),
    Code("QBWC1026", "There was some problem adding fileID."),
    Code("QBWC1027", "Exiting the application. {}"),
    Code("QBWC1028", "Exception encrypting. {}"),
    Code("QBWC1029", "Exception decrypting. {}"),
    Code(
        "QBWC1030",
        "Password is not available for application named {}. Please set the password for this application.",
    ),
    Code(
        "QBWC1031",
        "Update completed with some error. Application has been notified of the error accordingly. See "
        "QWCLog for further information.",
    ),
    Code("QBWC1032", "Could not find application {} in registry to complete scheduled update."),
    Code(
        "QBWC1033",
        "QB web connector failed to initialize QWCLog.txt file and will not run. Please make sure "
        "QWCLog.txt file is writable and then try again.",
    ),
    Code("QBWC1034", "Error setting AuthFlags - {}."),
    Code("QBWC1035", "Dns.Resolve(localhost) failed due to Exception -- {}."),
    Code("QBWC1036", "Error countered during version check: {}"),
    Code(
        "QBWC1037",
        "Application sent following error or warning message when checking version of QB web connector. "
        "Update aborted. {}",
    ),
    Code("QBWC1038", "User cancelled from master key input. Need master key to continue."),
    Code(
        "QBWC1039",
        "There was a problem adding the application to registry. Check QWCLog.txt for details. {}",
    ),
    Code("QBWC1040", "Web connector did not provide a valid username and/or password."),
    Code("QBWC1041", "SendRequestXML failed due to error message: {}"),
    Code("QBWC1042", "ReceiveResponseXML failed due to error message: {}"),
    Code("QBWC1043", "getLastError failed due to error message: {}"),
    Code("QBWC1044", "CloseConnection failed due to error message: {}"),
    Code("QBWC1045", "ConnectionError failed due to error message: {}"),
    Code(
        "QBWC1046",
        "Application sent incorrect syntax return value for clientVersion(). Error message: {} Update "
        "cannot continue.",
    ),
    Code(
        "QBWC1048",
        "QuickBooks Web Connector could not verify the web application server certificate. {}",
    ),
    Code("QBWC1051", "The new application was not added.", second_hand=True),
    Code("QBWC1065", "QBType is not valid: {}", second_hand=True),
    Code("QBWC1080", "FileID could not be stored. {}", second_hand=True),
)

CODES: Final[Mapping[str, Code]] = MappingProxyType({row.code: row for row in _TABLE})
